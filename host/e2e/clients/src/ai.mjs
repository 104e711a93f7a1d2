import assert from 'node:assert/strict'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { APICallError, generateText, streamText } from 'ai'
import { keys, url } from './site.mjs'

const bot = (key, model = 'default') =>
  createOpenAICompatible({ name: 'bothost', baseURL: `${url}/v1`, apiKey: key, includeUsage: true })(model)

const asked = { system: 'Speak up.', prompt: 'Hi' }
const said = await generateText({ model: bot(keys.echo), ...asked, temperature: 0 })
assert.match(said.text, /^You said: Hi\n/)
assert.equal(said.finishReason, 'stop')

const stream = streamText({ model: bot(keys.echo, 'second'), ...asked })
let streamed = ''
for await (const piece of stream.textStream) streamed += piece
assert.equal(streamed, said.text)
assert.ok((await stream.usage).totalTokens > 0)

await assert.rejects(generateText({ model: bot(keys.echo), ...asked, topP: 0.5 }), (error) => {
  assert.ok(APICallError.isInstance(error))
  assert.equal(error.statusCode, 400)
  assert.match(error.message, /^top_p: /)
  return true
})

assert.ok((await generateText({ model: bot(keys.busy), prompt: 'Hi' })).text)

const leaving = new AbortController()
const slow = streamText({ model: bot(keys.slow), prompt: 'one two', abortSignal: leaving.signal })
for await (const part of slow.fullStream) {
  if (part.type === 'text-delta') leaving.abort()
}
assert.ok(leaving.signal.aborted)
