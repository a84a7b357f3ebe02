"""What the plants are limited by."""

CELL_MOST = 3.50
LIMITS = {'charge-voltage': 55.2, 'charge-current': 140, 'discharge-current': 200, 'cell-max-voltage': CELL_MOST,
          'charge-by-cell-voltage': '3.40:100;3.45:40;3.50:10;3.55:0',
          'charge-by-temperature': '0:0;5:20;10:100;40:100;45:30;50:0',
          'discharge-by-cell-voltage': '2.8:0;2.95:10;3.1:100'}
# What dbus-serialbattery has by default, as points of ours; without what it does to the charge voltage.
SERIALBATTERY = {**{key: value for key, value in LIMITS.items() if key != 'cell-max-voltage'},
                 'charge-by-cell-voltage': '3.375:100;3.400:25;3.425:5;3.450:0.5;3.500:0'}
