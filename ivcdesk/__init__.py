"""ivcdesk: the desktop for Tencent Cloud Intelligent Viewdata Computing."""
