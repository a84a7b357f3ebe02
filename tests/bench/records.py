"""The records that are posted, as whole requests."""
import json

POST = (b'POST %s HTTP/1.1\r\nuser-agent: got (https://github.com/sindresorhus/got)\r\n'
        b'Content-Type: application/json\r\nContent-Length: %d\r\nHost: 127.0.0.1:1882\r\n'
        b'Connection: keep-alive\r\n\r\n%s')

COMPLETE = {'Soc': 50.5, 'Current': -10.3, 'Voltage': 52.05, 'MaxChargeCurrent': 100,
            'MaxDischargeCurrent': 150, 'MaxChargeVoltage': 55.2}


def post(record, path='/battery'):
    body = json.dumps(record, separators=(',', ':')).encode()
    return POST % (path.encode(), len(body), body)


def eleven(n):
    """Eleven values of which each differs from that of the push before, and none contradicts another."""
    return {'Soc': 50 + n % 10 / 10, 'Current': -10 - n % 7 / 10, 'Voltage': 52 + n % 9 / 100,
            'Power': -520 - n % 40, 'MaxChargeCurrent': 100 + n % 5, 'MaxDischargeCurrent': 150 + n % 3,
            'MaxChargeVoltage': 55 + n % 4 / 10, 'MinCellTemperature': 17 + n % 6 / 10,
            'MaxCellTemperature': 19 + n % 8 / 10, 'MinCellVoltage': 3.1 + n % 20 / 1000,
            'MaxCellVoltage': 3.2 + n % 30 / 1000}


def cells(n, count):
    """The required six, and so many cells whose voltages all change."""
    return dict(COMPLETE, **{f'Cell{i + 1}': round(3.2 + (n % 2 + i % 50) / 1000, 3)
                             for i in range(count)})
