"""What any program of this kind needs: no Django, no vendor."""
