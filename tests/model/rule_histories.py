"""Configurations with rules, and what their curves look at, for the histories of check.py."""

CELLS = ('Cell1', 'Cell2', 'Cell3')
VALUES = {
    'MinCellVoltage': (2.7, 2.9, 3.0, 3.05, 3.1, 3.3), 'MaxCellVoltage': (3.3, 3.4, 3.45, 3.5, 3.55, 3.6),
    'MinCellTemperature': (-5, 0, 2, 10, 20, 45), 'MaxCellTemperature': (0, 3, 15, 25, 44, 50),
    'Cell1': (3.3, 3.4, 3.45, 3.5), 'Cell2': (3.3, 3.4, 3.5, 3.55), 'Cell3': (3.4, 3.45, 3.5, 3.61),
}
WRONG_VALUES = {'MinCellVoltage': (-1, 6), 'MaxCellVoltage': (5.5,), 'MinCellTemperature': (-300,),
                'MaxCellTemperature': (300,), 'Cell1': (7,), 'Cell2': (-1,), 'Cell3': (9,)}
# key → points of which each configuration takes some; what must be among them stands in the second place.
CURVES = {
    'charge-by-cell-voltage': ('3.3:100', '3.4:80', '3.45:40.5', '3.5:5', '3.55:0'),
    'discharge-by-cell-voltage': ('2.8:0', '2.95:10', '3.0:20', '3.1:100'),
    'charge-by-temperature': ('0:0', '5:20', '10:100', '40:100', '45:30', '50:0'),
    'discharge-by-temperature': ('-10:0', '0:50', '10:100', '45:100', '55:0'),
    'charge-by-soc': ('50:100', '90:60', '95:20', '100:0'),
    'discharge-by-soc': ('3:0', '5:20', '10:100'),
}
ENDS = {'charge-by-cell-voltage': (-1,), 'charge-by-temperature': (0, -1)}
MAXIMUM = {'charge': 'charge-current', 'discharge': 'discharge-current'}


def curve(chance, key):
    points = list(CURVES[key])
    kept = [point for place, point in enumerate(points)
            if place in [end % len(points) for end in ENDS.get(key, ())] or chance.random() < 0.7]
    return ';'.join(kept if len(kept) > 1 else points)


def days(chance, config):
    """Now and then, where days count: so many"""
    if not any(f'limits.{key}' in config for key in ('full-every', 'balance-every')) or chance.random() < 0.95:
        return 0
    return chance.choice((0.005, 0.01, 1, 1.5, 3))


def configuration(chance):
    """Keys for the model and its driver"""
    config = {}
    if chance.random() < 0.7:
        config['charge-voltage'] = chance.choice((53.2, 54, 55.2, 55.27))
    if chance.random() < 0.8:
        config['charge-current'] = chance.choice((10, 70, 100.55))
    if chance.random() < 0.8:
        config['discharge-current'] = chance.choice((0.04, 80, 120.5))
    for key in CURVES:
        if MAXIMUM[key.split('-')[0]] in config and chance.random() < 0.35:
            config[key] = curve(chance, key)
    if chance.random() < 0.3:
        config['curve'] = chance.choice(('linear', 'step'))
    if chance.random() < 0.6:
        config['recover-above'] = chance.choice((0, 5, 20, 50))
    if chance.random() < 0.8:
        config['recover-hold'] = chance.choice((1, 1.1, 1.5))
    if chance.random() < 0.7:
        config['recover-ramp'] = chance.choice((5, 50, 333.3, 1000))
    if chance.random() < 0.3:
        config['min-discharge-current'] = chance.choice((2, 5.55, 90))
    if chance.random() < 0.4:
        config['cell-max-voltage'] = chance.choice((3.45, 3.5, 3.55))
    if 'charge-voltage' in config and chance.random() < 0.3:
        config.update({'float-voltage': 52.5, 'absorption-time': chance.choice((0, 0.5, 1)),
                       'rebulk-soc': chance.choice((10, 90, 95))})
    if 'charge-voltage' in config and chance.random() < 0.2:
        config.update({'balance-voltage': 55.8, 'balance-from-soc': chance.choice((3, 50, 95)), 'balance-time': 1})
        if chance.random() < 0.7:
            config['balance-every'] = chance.choice((0.01, 2))
    if chance.random() < 0.2:
        config['charge-to-soc'] = chance.choice((4, 50, 90))
        if chance.random() < 0.5:
            config['full-every'] = chance.choice((0.01, 1))
    # No configuration has the rest without what it is about.
    if not any(key in config for key in (*MAXIMUM.values(), 'charge-voltage', 'cell-max-voltage', 'charge-to-soc')):
        return {}
    return {f'limits.{key}': value for key, value in config.items()}
