"""The open attribute 开放属性: assessment, de-identification, publication, withdrawal."""
