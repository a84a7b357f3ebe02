#!/bin/sh
# Makes the link in /service, which is made anew in RAM at each boot. /data/rc.local calls this.
ln -sfn /data/apps/dbus-virtual-battery/service /service/dbus-virtual-battery
# Without it svscan looks by itself, every 5 s.
svrescan 2>/dev/null || true
