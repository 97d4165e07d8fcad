"""Parts of the Predict page: photos, the camera, a video, and many photos at once."""
