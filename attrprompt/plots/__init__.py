"""Plots: what one shows is described once, and drawn by Plotly on a page and by matplotlib in a file."""
