#!/bin/sh
# Venus OS runs this before it unpacks the archive from a USB stick or SD card to /data.
rm -rf /data/apps/dbus-virtual-battery/incoming
