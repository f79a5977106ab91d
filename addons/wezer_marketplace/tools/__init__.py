"""Arithmetic of the market, without Odoo: words, places on the map, what fits whom."""
