"""Outcomes come in and are kept for as long as what they rest on stays; what must run again goes out."""
