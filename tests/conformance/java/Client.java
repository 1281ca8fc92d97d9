// The AWS SDK for Java v2 as a program would use it: clients made without any option, so that
// everything comes from the environment. Prints one JSON object; test_java_sdk.py reads it.

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.document.Document;
import software.amazon.awssdk.services.bedrock.BedrockClient;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeAsyncClient;
import software.amazon.awssdk.services.bedrockruntime.BedrockRuntimeClient;
import software.amazon.awssdk.services.bedrockruntime.model.*;

public final class Client {
  private static final Gson GSON = new Gson();
  private static final String MODEL = System.getenv("MODEL_ID");
  private static final String QUESTION = "Hello! Who are you?";
  private static final int TOGETHER = 8;

  private final Map<String, Object> result = new LinkedHashMap<>();

  public static void main(String[] arguments) {
    Client program = new Client();
    try (BedrockClient control = BedrockClient.create()) {
      program.listModels(control);
    }
    try (BedrockRuntimeClient runtime = BedrockRuntimeClient.create()) {
      program.converse(runtime);
      program.invoke(runtime);
      program.useTool(runtime);
      program.result.put(
          "error", heard(() -> runtime.converse(r -> r.modelId("no.such-model").messages(ask()))));
    }
    try (BedrockRuntimeAsyncClient runtime = BedrockRuntimeAsyncClient.create()) {
      program.converseStream(runtime);
      program.invokeStream(runtime);
      program.streamTool(runtime);
      program.together(runtime);
      program.result.put("asyncError", heard(() -> refusedStream(runtime)));
    }
    System.out.println(GSON.toJson(program.result));
  }

  private static Message ask() {
    return Message.builder().role("user").content(ContentBlock.fromText(QUESTION)).build();
  }

  private static InferenceConfiguration brief() {
    return InferenceConfiguration.builder().maxTokens(40).temperature(0f).build();
  }

  private static SdkBytes nativeBody() {
    Map<String, Object> message = Map.of("role", "user", "content", QUESTION);
    return SdkBytes.fromUtf8String(
        GSON.toJson(
            Map.of(
                "anthropic_version", "bedrock-2023-05-31",
                "max_tokens", 40,
                "temperature", 0,
                "messages", List.of(message))));
  }

  /** A tool whose input has one short text and one small number, and must be used. */
  private static ToolConfiguration tools() {
    Document city =
        Document.mapBuilder().putString("type", "string").putNumber("maxLength", 12).build();
    Document days =
        Document.mapBuilder()
            .putString("type", "integer")
            .putNumber("minimum", 1)
            .putNumber("maximum", 5)
            .build();
    Document schema =
        Document.mapBuilder()
            .putString("type", "object")
            .putDocument(
                "properties",
                Document.mapBuilder().putDocument("city", city).putDocument("days", days).build())
            .putList("required", l -> l.addString("city").addString("days"))
            .putBoolean("additionalProperties", false)
            .build();
    return ToolConfiguration.builder()
        .tools(
            Tool.fromToolSpec(
                s ->
                    s.name("get_weather")
                        .description("The weather of a city.")
                        .inputSchema(ToolInputSchema.fromJson(schema))))
        .toolChoice(ToolChoice.fromTool(t -> t.name("get_weather")))
        .build();
  }

  private void listModels(BedrockClient control) {
    result.put(
        "models",
        control.listFoundationModels(r -> r.byProvider("Anthropic")).modelSummaries().stream()
            .map(summary -> summary.modelId())
            .toList());
    result.put(
        "controlError",
        heard(() -> control.getFoundationModel(r -> r.modelIdentifier("no.such-model-v1:0"))));
  }

  private void converse(BedrockRuntimeClient runtime) {
    ConverseResponse reply =
        runtime.converse(r -> r.modelId(MODEL).messages(ask()).inferenceConfig(brief()));
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("text", reply.output().message().content().get(0).text());
    said.put("stopReason", reply.stopReasonAsString());
    said.put("inputTokens", reply.usage().inputTokens());
    said.put("outputTokens", reply.usage().outputTokens());
    said.put("totalTokens", reply.usage().totalTokens());
    said.put("latencyMs", reply.metrics().latencyMs());
    said.put("requestId", reply.responseMetadata().requestId());
    result.put("converse", said);
  }

  private void invoke(BedrockRuntimeClient runtime) {
    InvokeModelResponse reply = runtime.invokeModel(r -> r.modelId(MODEL).body(nativeBody()));
    result.put("invoke", JsonParser.parseString(reply.body().asUtf8String()));
    result.put("invokeContentType", reply.contentType());
  }

  /** The call, its result, and what the model says then. */
  private void useTool(BedrockRuntimeClient runtime) {
    ConverseResponse called =
        runtime.converse(r -> r.modelId(MODEL).messages(ask()).toolConfig(tools()));
    ToolUseBlock use = called.output().message().content().get(0).toolUse();
    Message answer =
        Message.builder()
            .role("user")
            .content(
                ContentBlock.fromToolResult(
                    t ->
                        t.toolUseId(use.toolUseId())
                            .content(ToolResultContentBlock.fromText("Sunny, 21 degrees."))))
            .build();
    ConverseResponse last =
        runtime.converse(
            r ->
                r.modelId(MODEL)
                    .messages(ask(), called.output().message(), answer)
                    .toolConfig(tools().toBuilder().toolChoice((ToolChoice) null).build())
                    .inferenceConfig(brief()));
    Map<String, Object> said = new LinkedHashMap<>();
    said.put("stopReason", called.stopReasonAsString());
    said.put("name", use.name());
    said.put("input", use.input().unwrap());
    said.put("text", last.output().message().content().get(0).text());
    result.put("tool", said);
  }

  private void converseStream(BedrockRuntimeAsyncClient runtime) {
    List<String> events = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    runtime
        .converseStream(
            r -> r.modelId(MODEL).messages(ask()).inferenceConfig(brief()),
            ConverseStreamResponseHandler.builder()
                .subscriber(
                    event -> {
                      note(events, event.sdkEventType().toString());
                      if (event instanceof ContentBlockDeltaEvent delta) {
                        text.append(delta.delta().text());
                      }
                    })
                .build())
        .join();
    result.put("streamEvents", events);
    result.put("streamText", text.toString());
  }

  private void invokeStream(BedrockRuntimeAsyncClient runtime) {
    List<JsonObject> chunks = new ArrayList<>();
    runtime
        .invokeModelWithResponseStream(
            r -> r.modelId(MODEL).body(nativeBody()),
            InvokeModelWithResponseStreamResponseHandler.builder()
                .subscriber(
                    InvokeModelWithResponseStreamResponseHandler.Visitor.builder()
                        .onChunk(
                            chunk ->
                                chunks.add(
                                    JsonParser.parseString(chunk.bytes().asUtf8String())
                                        .getAsJsonObject()))
                        .build())
                .build())
        .join();
    result.put("invokeChunks", chunks);
  }

  private void streamTool(BedrockRuntimeAsyncClient runtime) {
    List<String> events = new ArrayList<>();
    List<String> pieces = new ArrayList<>();
    runtime
        .converseStream(
            r -> r.modelId(MODEL).messages(ask()).toolConfig(tools()),
            ConverseStreamResponseHandler.builder()
                .subscriber(
                    event -> {
                      note(events, event.sdkEventType().toString());
                      if (event instanceof ContentBlockDeltaEvent delta) {
                        pieces.add(delta.delta().toolUse().input());
                      }
                    })
                .build())
        .join();
    result.put("toolEvents", events);
    result.put("toolPieces", pieces);
  }

  /** Calls that are under way at the same time. */
  private void together(BedrockRuntimeAsyncClient runtime) {
    result.put(
        "together",
        Stream.generate(
                () ->
                    runtime.converse(
                        r -> r.modelId(MODEL).messages(ask()).inferenceConfig(brief())))
            .limit(TOGETHER)
            .toList()
            .stream()
            .map(CompletableFuture::join)
            .map(reply -> reply.output().message().content().get(0).text())
            .toList());
  }

  private static void refusedStream(BedrockRuntimeAsyncClient runtime) {
    runtime
        .converseStream(
            r -> r.modelId("no.such-model").messages(ask()),
            ConverseStreamResponseHandler.builder().subscriber(event -> {}).build())
        .join();
  }

  private static void note(List<String> events, String name) {
    if (events.isEmpty() || !events.get(events.size() - 1).equals(name)) {
      events.add(name);
    }
  }

  /** What the SDK makes of a refusal. */
  private static Map<String, Object> heard(Runnable call) {
    Throwable thrown = null;
    try {
      call.run();
    } catch (RuntimeException failure) {
      thrown = failure.getCause() instanceof AwsServiceException cause ? cause : failure;
    }
    if (!(thrown instanceof AwsServiceException refusal)) {
      throw new IllegalStateException("no refusal of the service", thrown);
    }
    return Map.of(
        "class", refusal.getClass().getSimpleName(),
        "code", refusal.awsErrorDetails().errorCode(),
        "message", refusal.awsErrorDetails().errorMessage(),
        "status", refusal.statusCode(),
        "requestId", refusal.requestId());
  }
}
