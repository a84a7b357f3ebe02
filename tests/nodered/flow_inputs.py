"""What the sources of the example flows send."""

# As a publisher for dbus-mqtt-battery sends it.
MQTT = {'Dc': {'Power': -648, 'Voltage': 52.7, 'Current': -12.3, 'Temperature': 21}, 'Soc': 63.5,
        'InstalledCapacity': 280, 'Info': {'MaxChargeVoltage': 55.2, 'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150},
        'Voltages': {'Cell1': 3.29, 'Cell2': 3.3}, 'System': {'NrOfCellsPerBattery': 2}, 'Alarms': {'LowSoc': 1}}


def bms(lowest=3.30, highest=3.32, soc=60, coldest=20, warmest=25, **more):
    """What an imaginary BMS of 16 cells sends."""
    return {'soc': soc, 'voltage': 52.9, 'current': -12.3, 'capacity': 280, 'fault': False,
            'cells': [3.31] * 14 + [lowest, highest], 'temperatures': [coldest, warmest], **more}


def pack(**more):
    return {'Soc': 60, 'Voltage': 52.6, 'Current': -10, 'MinCellVoltage': 3.28, 'MaxCellVoltage': 3.31,
            'MaxChargeVoltage': 55.2, 'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150, **more}
