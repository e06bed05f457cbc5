"""Registrations 登记: applications, their steps, objections, codes recorded with proof."""
