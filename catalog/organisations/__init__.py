"""The organisation tree 组织机构: units, mergers, splits and renamings, with their history."""
