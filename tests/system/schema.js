// Validates records: argv[2] is the schema, standard input one record a line; prints true or false for each.
const fs = require('fs')
const Ajv = require('ajv/dist/2020')

const validate = new Ajv({ strict: false, allErrors: false })
  .compile(JSON.parse(fs.readFileSync(process.argv[2])))
for (const line of fs.readFileSync(0, 'utf8').split('\n')) {
  if (line !== '') console.log(validate(JSON.parse(line)))
}
