// The AWS SDK for JavaScript v3 as a program would use it: clients made without any option, so that
// everything comes from the environment. Prints one JSON object; test_javascript_sdk.py reads it.
import { BedrockClient, ListFoundationModelsCommand } from "@aws-sdk/client-bedrock";
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from "@aws-sdk/client-bedrock-runtime";

const modelId = process.env.MODEL_ID;
const messages = [{ role: "user", content: [{ text: "Hello! Who are you?" }] }];
const inferenceConfig = { temperature: 0, maxTokens: 40 };
const nativeBody = JSON.stringify({
  anthropic_version: "bedrock-2023-05-31",
  max_tokens: 40,
  temperature: 0,
  messages: [{ role: "user", content: "Hello! Who are you?" }],
});

const runtime = new BedrockRuntimeClient();
const result = {};

// The protocol that the SDK chose by itself.
const handler = runtime.config.requestHandler;
result.handlerProtocol = handler.metadata?.handlerProtocol;

const whole = await runtime.send(new ConverseCommand({ modelId, messages, inferenceConfig }));
result.converse = {
  text: whole.output.message.content[0].text,
  stopReason: whole.stopReason,
  usage: whole.usage,
  requestId: whole.$metadata.requestId,
};

const streamed = await runtime.send(
  new ConverseStreamCommand({ modelId, messages, inferenceConfig }),
);
result.converseStream = { events: [], text: "" };
for await (const event of streamed.stream) {
  const name = Object.keys(event)[0];
  if (result.converseStream.events.at(-1) !== name) result.converseStream.events.push(name);
  result.converseStream.text += event.contentBlockDelta?.delta?.text ?? "";
}

const native = await runtime.send(new InvokeModelCommand({ modelId, body: nativeBody }));
result.invokeModel = JSON.parse(native.body.transformToString());
result.contentType = native.contentType;

const chunks = await runtime.send(
  new InvokeModelWithResponseStreamCommand({ modelId, body: nativeBody }),
);
result.invokeStream = [];
for await (const event of chunks.body) {
  result.invokeStream.push(JSON.parse(new TextDecoder().decode(event.chunk.bytes)));
}

// A tool: the call, its result, and what the model says then; and a call in pieces.
const schema = {
  type: "object",
  properties: { city: { type: "string", maxLength: 12 }, days: { type: "integer", maximum: 5 } },
  required: ["city", "days"],
  additionalProperties: false,
};
const tools = [{ toolSpec: { name: "get_weather", inputSchema: { json: schema } } }];
const toolConfig = { tools, toolChoice: { tool: { name: "get_weather" } } };
const called = await runtime.send(new ConverseCommand({ modelId, messages, toolConfig }));
const { toolUse } = called.output.message.content[0];
const toolResult = { toolUseId: toolUse.toolUseId, content: [{ json: { sky: "clear" } }] };
const answered = await runtime.send(
  new ConverseCommand({
    modelId,
    messages: [
      ...messages,
      called.output.message,
      { role: "user", content: [{ toolResult }] },
    ],
    toolConfig: { tools },
    inferenceConfig,
  }),
);
result.tool = {
  stopReason: called.stopReason,
  name: toolUse.name,
  input: toolUse.input,
  text: answered.output.message.content[0].text,
  streamed: { events: [], pieces: [] },
};
const calling = await runtime.send(new ConverseStreamCommand({ modelId, messages, toolConfig }));
for await (const event of calling.stream) {
  const { events, pieces } = result.tool.streamed;
  const name = Object.keys(event)[0];
  if (events.at(-1) !== name) events.push(name);
  const use = event.contentBlockDelta?.delta?.toolUse;
  if (use) pieces.push(use.input);
}

// Several streams at once: over HTTP/2 they may share a connection.
const together = await Promise.all(
  Array.from({ length: 8 }, () =>
    runtime.send(new ConverseCommand({ modelId, messages, inferenceConfig })),
  ),
);
result.together = together.map((reply) => reply.output.message.content[0].text);

// A stream that the program leaves: the client goes on with the next call.
const left = await runtime.send(new ConverseStreamCommand({ modelId, messages }));
for await (const event of left.stream) {
  if (event.contentBlockDelta) break;
}

try {
  await runtime.send(new ConverseCommand({ modelId: "no.such-model", messages }));
} catch (error) {
  result.error = {
    name: error.name,
    message: error.message,
    status: error.$metadata.httpStatusCode,
    requestId: error.$metadata.requestId,
  };
}

const counted = await runtime.send(
  new CountTokensCommand({
    modelId: "anthropic.claude-3-5-sonnet-20241022-v2:0",
    input: { converse: { messages } },
  }),
);
result.inputTokens = counted.inputTokens;

const control = new BedrockClient();
const models = await control.send(new ListFoundationModelsCommand({ byProvider: "Anthropic" }));
result.models = models.modelSummaries.map((model) => model.modelId);

runtime.destroy();
control.destroy();
console.log(JSON.stringify(result));
