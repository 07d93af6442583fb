"""Desktop for Tencent Cloud Intelligent Viewdata Computing: cameras, PTZ and recordings."""

__version__ = "0.1.0"
