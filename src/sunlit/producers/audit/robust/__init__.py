"""Robustness: does a component's answer change when its input does, a little or badly?"""
