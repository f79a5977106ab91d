"""Backups of a community: its database and its files in one archive.

``archive``, ``encryption`` and ``retention`` run without Odoo; ``making`` and
``restoring`` need its configuration, and no registry.
"""
