"""Migrations 迁移 of the store's shape, one numbered revision after another (Alembic)."""
