"""What the sources of the example flows send, and what comes of it on the bus."""

# As a publisher for dbus-mqtt-battery sends it.
MQTT = {
    'Dc': {'Power': -648, 'Voltage': 52.7, 'Current': -12.3, 'Temperature': 21},
    'Soc': 63.5,
    'InstalledCapacity': 280,
    'Info': {'MaxChargeVoltage': 55.2, 'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150},
    'Voltages': {f'Cell{i}': 3.29 if i == 1 else 3.3 for i in range(1, 17)},
    'System': {'NrOfCellsPerBattery': 16},
    'Alarms': {'LowSoc': 1},
}

# The flow variables of Victron-VirtualBattery.
ELEVEN = {
    'Soc': 63.5, 'Current': -12.3, 'Voltage': 52.7, 'Power': -648,
    'MinCellTemperature': 18, 'MaxCellTemperature': 21,
    'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150, 'MaxChargeVoltage': 55.2,
    'MaxCellVoltage': 3.31, 'MinCellVoltage': 3.28,
}


def bms(lowest=3.30, highest=3.32, soc=60, coldest=20, warmest=25, **more):
    """What an imaginary BMS of 16 cells sends."""
    return {'soc': soc, 'voltage': 52.9, 'current': -12.3, 'capacity': 280, 'fault': False,
            'cells': [3.31] * 14 + [lowest, highest], 'temperatures': [coldest, warmest], **more}


def pack(**more):
    """What one of two BMSes says."""
    return {'Soc': 60, 'Voltage': 52.6, 'Current': -10, 'MinCellVoltage': 3.28,
            'MaxCellVoltage': 3.31, 'MaxChargeVoltage': 55.2, 'MaxChargeCurrent': 100,
            'MaxDischargeCurrent': 150, **more}


SIX = {
    '/Soc': 63.5, '/Dc/0/Voltage': 52.7, '/Dc/0/Current': -12.3,
    '/Info/MaxChargeVoltage': 55.2, '/Info/MaxChargeCurrent': 100,
    '/Info/MaxDischargeCurrent': 150,
}

FULL = {
    '/Soc': 63.5, '/Dc/0/Voltage': 52.98, '/Dc/0/Current': -12.3, '/InstalledCapacity': 280,
    '/Info/MaxChargeVoltage': 55.2, '/Info/MaxChargeCurrent': 140,
    '/Info/MaxDischargeCurrent': 200, '/Voltages/Cell16': 3.31, '/System/MinCellVoltage': 3.308,
    '/System/MaxCellVoltage': 3.315, '/System/MaxVoltageCellId': 'Cell3',
    '/System/MaxCellTemperature': 23, '/Alarms/InternalFailure': 0,
}

# By the number of the flow: the buttons of its example,
BUTTONS = [
    (1, 'example values'), (2, 'example values'), ('2b', 'example values'), (3, 'example A'),
    (3, 'example B'), (4, 'example values'), (6, 'example values'), (7, 'the source speaks'),
    (8, 'example BMS'), (8, 'example shunt'),
]
# and what is on the bus once they were pressed.
ON_BUS = {
    1: SIX,
    2: FULL,
    '2b': {**FULL, '/Info/ChargeLimitation': 'none', '/Alarms/HighCellVoltage': 0},
    3: {'/Soc': 63.3, '/Dc/0/Voltage': 52.7, '/Dc/0/Current': -24, '/InstalledCapacity': 420,
        '/System/MinCellVoltage': 3.27, '/System/MinVoltageCellId': 'b',
        '/System/MaxCellVoltage': 3.31, '/System/MaxVoltageCellId': 'a',
        '/System/MinCellTemperature': 18, '/Info/MaxChargeVoltage': 54.8,
        '/Info/MaxChargeCurrent': 150, '/Info/MaxDischargeCurrent': 225, '/Alarms/BmsCable': 0,
        '/Alarms/HighCellVoltage': 0, '/System/NrOfBatteries': 2},
    4: {**SIX, '/Dc/0/Power': -648, '/System/MinCellTemperature': 18,
        '/System/MaxCellTemperature': 21, '/System/MinCellVoltage': 3.28,
        '/System/MaxCellVoltage': 3.31},
    5: {**SIX, '/Dc/0/Temperature': 21, '/Voltages/Cell2': 3.3,
        '/System/MinCellVoltage': 3.29, '/Alarms/LowSoc': 1},
    6: SIX,
    7: {**SIX, '/Info/MaxChargeCurrent': 20},
    8: {**SIX, '/InstalledCapacity': 280, '/System/MinCellVoltage': 3.28,
        '/System/MaxCellTemperature': 21, '/Alarms/BmsCable': 0, '/System/NrOfBatteries': 1},
}

# Charge voltage, charge and discharge current …
LIMITS = ('/Info/MaxChargeVoltage', '/Info/MaxChargeCurrent', '/Info/MaxDischargeCurrent')
# … by what is unusual in messages of the BMS, each of which lowers what the one before has left:
# what has been lowered comes back after half a minute only.
COLD = {'coldest': 4, 'lowest': 3.05}
BY_BMS = [
    ({}, (55.2, 140, 200)),
    ({'highest': 3.46}, (54.5, 120.4, 200)),
    ({'highest': 3.46, 'lowest': 3.05}, (54.2, 120.4, 160)),
    ({'highest': 3.50, 'lowest': 3.05}, (53.6, 42, 160)),
    ({**COLD, 'highest': 3.50}, (53.6, 22.4, 160)),
    ({**COLD, 'highest': 3.50, 'soc': 10}, (53.6, 22.4, 60)),
    ({**COLD, 'highest': 3.50, 'soc': 10, 'warmest': 49}, (53.6, 14, 60)),
    ({**COLD, 'highest': 3.55, 'soc': 10}, (52.9, 0, 60)),
    ({**COLD, 'highest': 3.65, 'soc': 10}, (51.4, 0, 60)),
    ({**COLD, 'highest': 3.55, 'lowest': 2.80, 'soc': 10}, (51.4, 0, 0)),
]
# … by the state of charge,
BY_SOC = [
    (60, (55.2, 100, 150)),
    (92, (55.2, 50, 150)),
    (96, (55.2, 20, 150)),
    (100, (55.2, 5, 150)),
    (15, (55.2, 100, 50)),
    (5, (55.2, 100, 0)),
    (8, (55.2, 100, 0)),
    (12, (55.2, 100, 50)),
]
# … and by what is unusual in what BMS A and BMS B say.
BY_TWO = [
    ({}, {}, (55.2, 150, 225)),
    ({'MaxChargeVoltage': 54}, {}, (54, 150, 225)),
    ({}, {'MaxChargeCurrent': 20}, (55.2, 60, 225)),
    ({'MaxDischargeCurrent': 40}, {}, (55.2, 150, 60)),
    ({'MaxChargeCurrent': 0}, {}, (55.2, 0, 225)),
]
