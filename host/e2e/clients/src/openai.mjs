import assert from 'node:assert/strict'
import OpenAI, { APIUserAbortError, AuthenticationError, BadRequestError, NotFoundError } from 'openai'
import { keys, url } from './site.mjs'

const client = (key) => new OpenAI({ baseURL: `${url}/v1`, apiKey: key })
const echo = client(keys.echo)
const messages = [{ role: 'developer', content: 'Speak up.' }, { role: 'user', content: [{ type: 'text', text: 'Hi' }] }]

const said = await echo.chat.completions.create({ model: 'default', messages, temperature: 0 })
const text = said.choices[0].message.content
assert.match(text, /^You said: Hi\n/)
assert.equal(said.choices[0].finish_reason, 'stop')
assert.ok(said._request_id)

const stream = echo.chat.completions.stream({ model: 'default', messages, stream_options: { include_usage: true } })
const whole = await stream.finalChatCompletion()
assert.equal(whole.choices[0].message.content, text)
assert.ok((await stream.totalUsage()).total_tokens > 0)

const models = []
for await (const model of echo.models.list()) models.push(model.id)
assert.deepEqual(models, ['default', 'second'])
assert.equal((await echo.models.retrieve('second')).id, 'second')

await assert.rejects(echo.chat.completions.create({ model: 'default', messages, n: 2 }), (error) => {
  assert.ok(error instanceof BadRequestError)
  assert.equal(error.param, 'n')
  assert.equal(error.code, 'unsupported_parameter')
  return true
})
await assert.rejects(echo.chat.completions.create({ model: 'gpt-4', messages }), NotFoundError)
await assert.rejects(client('wrong').models.list(), AuthenticationError)

const user = [{ role: 'user', content: 'one two' }]
assert.ok((await client(keys.busy).chat.completions.create({ model: 'default', messages: user })).choices[0].message.content)

const slow = await client(keys.slow).chat.completions.create({ model: 'default', messages: user, stream: true })
for await (const chunk of slow) {
  assert.ok(chunk.choices[0].delta.content)
  slow.controller.abort()
}
const whileWaiting = new AbortController()
setTimeout(() => whileWaiting.abort(), 100)
await assert.rejects(
  client(keys.slow).chat.completions.create({ model: 'default', messages: user }, { signal: whileWaiting.signal }),
  APIUserAbortError,
)
