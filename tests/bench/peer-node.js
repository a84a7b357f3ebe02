// A battery by dbus-victron-virtual behind a minimal HTTP server: node peer-node.js PORT
'use strict'

const http = require('http')
const dbus = require('dbus-native-victron')
const { addVictronInterfaces } = require('dbus-victron-virtual')

const SERVICE = 'com.victronenergy.battery.peer'
const FIELDS = {
  Soc: ['Soc', 1, '%'],
  Current: ['Dc/0/Current', 1, 'A'],
  Voltage: ['Dc/0/Voltage', 2, 'V'],
  Power: ['Dc/0/Power', 0, 'W'],
  MinCellTemperature: ['System/MinCellTemperature', 1, 'C'],
  MaxCellTemperature: ['System/MaxCellTemperature', 1, 'C'],
  MaxChargeCurrent: ['Info/MaxChargeCurrent', 1, 'A'],
  MaxDischargeCurrent: ['Info/MaxDischargeCurrent', 1, 'A'],
  MaxChargeVoltage: ['Info/MaxChargeVoltage', 1, 'V'],
  MaxCellVoltage: ['System/MaxCellVoltage', 3, 'V'],
  MinCellVoltage: ['System/MinCellVoltage', 3, 'V'],
}

const declaration = { name: SERVICE, properties: {} }
const definition = {}
for (const [path, decimals, unit] of Object.values(FIELDS)) {
  declaration.properties[path] = { type: 'd', format: (value) => value.toFixed(decimals) + unit }
  definition[path] = 0
}

const bus = dbus.createClient({ busAddress: process.env.DBUS_SESSION_BUS_ADDRESS, authMethods: ['EXTERNAL'] })
const { emitItemsChanged } = addVictronInterfaces(bus, declaration, definition, false)

const server = http.createServer((request, response) => {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    const record = JSON.parse(Buffer.concat(parts).toString())
    for (const [name, value] of Object.entries(record)) definition[FIELDS[name][0]] = value
    emitItemsChanged()
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end('{"state":"live"}')
  })
})

bus.requestName(SERVICE, 4, (error) => {
  if (error) throw error
  server.listen(Number(process.argv[2]), '127.0.0.1')
})
