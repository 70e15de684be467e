"""What pages are drawn with: `kit` for every page, then one folder a page that no other page uses."""
