"""The screens: each fills components from the services, and carries out what a person asks for.

A screen decides nothing by itself: whatever a component's message asks for is asked of the
service, which authorises it again.
"""
