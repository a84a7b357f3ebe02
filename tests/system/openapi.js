// Validates answers: argv[2] is the OpenAPI document, standard input one [schema reference, answer] a
// line; prints `ok`, or what is wrong, for each.
const fs = require('fs')
const Ajv = require('ajv/dist/2020')

const ajv = new Ajv({ strict: false, validateFormats: false })
ajv.addSchema(JSON.parse(fs.readFileSync(process.argv[2])), 'openapi')
for (const line of fs.readFileSync(0, 'utf8').split('\n')) {
  if (line === '') continue
  const [reference, answer] = JSON.parse(line)
  const validate = ajv.compile({ $ref: 'openapi' + reference })
  console.log(validate(answer) ? 'ok' : JSON.stringify(validate.errors))
}
