// Other programs' clients for JavaScript, made without any option beside what the environment says:
// Anthropic's SDK for Bedrock and for its own API, OpenAI's, and Vercel's AI SDK. Prints one JSON
// object; test_other_javascript_clients.py reads it.
import { bedrock } from "@ai-sdk/amazon-bedrock";
import AnthropicBedrock from "@anthropic-ai/bedrock-sdk";
import Anthropic from "@anthropic-ai/sdk";
import { embed, embedMany, generateText, jsonSchema, streamText, tool } from "ai";
import OpenAI from "openai";

const model = process.env.MODEL_ID;
const messages = [{ role: "user", content: "Hello! Who are you?" }];
const result = {};

// Asks an Anthropic client, whole and streamed.
async function askAnthropic(client) {
  const question = { model, max_tokens: 40, messages };
  const whole = await client.messages.create(question);
  let text = "";
  let last;
  for await (const event of await client.messages.create({ ...question, stream: true })) {
    if (event.type === "content_block_delta") text += event.delta.text;
    last = event.type;
  }
  let error;
  try {
    await client.messages.create({ ...question, model: "no.such-model" });
  } catch (problem) {
    error = { status: problem.status, name: problem.constructor.name };
  }
  const { id, content, usage } = whole;
  return { id, text: content[0].text, usage, streamed: text, last, error };
}

result.anthropicBedrock = await askAnthropic(new AnthropicBedrock({ maxRetries: 0 }));
result.anthropic = await askAnthropic(new Anthropic({ maxRetries: 0 }));
result.anthropic.counted = (
  await new Anthropic({ maxRetries: 0 }).messages.countTokens({ model, messages })
).input_tokens;

const openai = new OpenAI({ maxRetries: 0 });
const completion = await openai.chat.completions.create({ model, messages, temperature: 0 });
let streamed = "";
for await (const chunk of await openai.chat.completions.create({
  model,
  messages,
  temperature: 0,
  stream: true,
})) {
  streamed += chunk.choices[0].delta.content ?? "";
}
const models = [];
for await (const one of openai.models.list()) models.push(one.id);
result.openai = { text: completion.choices[0].message.content, streamed, models };

const prompt = messages[0].content;
const question = { model: bedrock(model), prompt, temperature: 0, maxRetries: 0 };
const generated = await generateText(question);
const streaming = streamText(question);
let parts = 0;
let words = "";
for await (const part of streaming.textStream) {
  words += part;
  parts += 1;
}

// The SDK runs the tool itself and asks again with its result.
const weather = tool({
  description: "The weather of a city.",
  inputSchema: jsonSchema({
    type: "object",
    properties: { city: { type: "string", maxLength: 12 } },
    required: ["city"],
    additionalProperties: false,
  }),
  execute: ({ city }) => `It is sunny in ${city}.`,
});
const acted = await generateText({
  ...question,
  tools: { weather },
  toolChoice: "required",
  maxOutputTokens: 100,
  stopWhen: ({ steps }) => steps.length === 2,
});
const vectors = {};
for (const [name, id] of [
  ["titan", "amazon.titan-embed-text-v2:0"],
  ["cohere", "cohere.embed-english-v3"],
  ["nova", "amazon.nova-2-multimodal-embeddings-v1:0"],
]) {
  const embedding = { model: bedrock.embedding(id), maxRetries: 0 };
  const one = await embed({ ...embedding, value: prompt });
  const many = await embedMany({ ...embedding, values: [prompt, "The harbour is closed."] });
  vectors[name] = { one: one.embedding, many: many.embeddings, tokens: one.usage.tokens };
}
result.vercelEmbeddings = vectors;
result.vercelTool = acted.steps.map((step) => ({
  reason: step.finishReason,
  calls: step.toolCalls.map(({ toolName, input }) => ({ toolName, input })),
  results: step.toolResults.map(({ output }) => output),
}));
result.vercel = { text: generated.text, usage: generated.usage, streamed: words, parts };

console.log(JSON.stringify(result));
