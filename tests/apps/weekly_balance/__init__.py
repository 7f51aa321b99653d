"""Tests of the weekly balance."""
