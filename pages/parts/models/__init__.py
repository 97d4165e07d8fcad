"""Parts of the Models page: the leaderboard, the drawer of one model, and import."""
