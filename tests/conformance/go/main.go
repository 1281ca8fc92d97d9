// The AWS SDK for Go v2 as a program would use it: everything comes from the environment. Prints one
// JSON object; test_go_sdk.py reads it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/document"
	"github.com/aws/aws-sdk-go-v2/service/bedrockruntime/types"
	"github.com/aws/smithy-go"
)

type result struct {
	ConverseText  string
	ConverseStop  string
	TotalTokens   int32
	StreamText    string
	StreamEvents  []string
	InvokeText    string
	InvokeChunks  int
	LastChunk     map[string]any
	Together      []string
	ErrorCode     string
	ErrorMessage  string
	IsValidation  bool
	AfterLeftCall bool
	ToolStop      string
	ToolName      string
	ToolInput     map[string]any
	ToolAnswer    string
	ToolPieces    []string
}

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	check(err)
	client := bedrockruntime.NewFromConfig(settings)
	modelID := os.Getenv("MODEL_ID")

	var out result
	converse(ctx, client, modelID, &out)
	converseStream(ctx, client, modelID, &out)
	invoke(ctx, client, modelID, &out)
	invokeStream(ctx, client, modelID, &out)
	useTool(ctx, client, modelID, &out)
	streamTool(ctx, client, modelID, &out)
	together(ctx, client, modelID, &out)
	leaveStream(ctx, client, modelID, &out)
	unknownModel(ctx, client, &out)
	check(json.NewEncoder(os.Stdout).Encode(out))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func question() []types.Message {
	text := &types.ContentBlockMemberText{Value: "Hello! Who are you?"}
	return []types.Message{
		{Role: types.ConversationRoleUser, Content: []types.ContentBlock{text}},
	}
}

func inference() *types.InferenceConfiguration {
	return &types.InferenceConfiguration{MaxTokens: aws.Int32(40), Temperature: aws.Float32(0)}
}

func nativeBody() []byte {
	body, err := json.Marshal(map[string]any{
		"anthropic_version": "bedrock-2023-05-31",
		"max_tokens":        40,
		"temperature":       0,
		"messages":          []any{map[string]any{"role": "user", "content": "Hello! Who are you?"}},
	})
	check(err)
	return body
}

func textOf(output types.ConverseOutput) string {
	message := output.(*types.ConverseOutputMemberMessage).Value
	return message.Content[0].(*types.ContentBlockMemberText).Value
}

func converse(ctx context.Context, client *bedrockruntime.Client, modelID string, out *result) {
	reply, err := client.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId: aws.String(modelID), Messages: question(), InferenceConfig: inference(),
	})
	check(err)
	out.ConverseText = textOf(reply.Output)
	out.ConverseStop = string(reply.StopReason)
	out.TotalTokens = *reply.Usage.TotalTokens
}

func converseStream(ctx context.Context, client *bedrockruntime.Client, modelID string, out *result) {
	reply, err := client.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{
		ModelId: aws.String(modelID), Messages: question(), InferenceConfig: inference(),
	})
	check(err)
	stream := reply.GetStream()
	defer stream.Close()
	for event := range stream.Events() {
		name := fmt.Sprintf("%T", event)
		if delta, is := event.(*types.ConverseStreamOutputMemberContentBlockDelta); is {
			out.StreamText += delta.Value.Delta.(*types.ContentBlockDeltaMemberText).Value
		}
		if n := len(out.StreamEvents); n == 0 || out.StreamEvents[n-1] != name {
			out.StreamEvents = append(out.StreamEvents, name)
		}
	}
	check(stream.Err())
}

func invoke(ctx context.Context, client *bedrockruntime.Client, modelID string, out *result) {
	reply, err := client.InvokeModel(ctx, &bedrockruntime.InvokeModelInput{
		ModelId: aws.String(modelID), Body: nativeBody(),
	})
	check(err)
	var body struct{ Content []struct{ Text string } }
	check(json.Unmarshal(reply.Body, &body))
	out.InvokeText = body.Content[0].Text
}

func invokeStream(ctx context.Context, client *bedrockruntime.Client, modelID string, out *result) {
	reply, err := client.InvokeModelWithResponseStream(ctx,
		&bedrockruntime.InvokeModelWithResponseStreamInput{
			ModelId: aws.String(modelID), Body: nativeBody(),
		})
	check(err)
	stream := reply.GetStream()
	defer stream.Close()
	for event := range stream.Events() {
		chunk := event.(*types.ResponseStreamMemberChunk)
		out.LastChunk = nil
		check(json.Unmarshal(chunk.Value.Bytes, &out.LastChunk))
		out.InvokeChunks++
	}
	check(stream.Err())
}

func tools(choice types.ToolChoice) *types.ToolConfiguration {
	schema := map[string]any{
		"type": "object",
		"properties": map[string]any{
			"city": map[string]any{"type": "string", "maxLength": 12},
			"days": map[string]any{"type": "integer", "maximum": 5},
		},
		"required":             []string{"city", "days"},
		"additionalProperties": false,
	}
	tool := &types.ToolMemberToolSpec{Value: types.ToolSpecification{
		Name:        aws.String("get_weather"),
		InputSchema: &types.ToolInputSchemaMemberJson{Value: document.NewLazyDocument(schema)},
	}}
	return &types.ToolConfiguration{Tools: []types.Tool{tool}, ToolChoice: choice}
}

func forced() types.ToolChoice {
	return &types.ToolChoiceMemberTool{
		Value: types.SpecificToolChoice{Name: aws.String("get_weather")},
	}
}

// The call, its result, and what the model says then.
func useTool(ctx context.Context, client *bedrockruntime.Client, modelID string, out *result) {
	called, err := client.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId: aws.String(modelID), Messages: question(), ToolConfig: tools(forced()),
	})
	check(err)
	message := called.Output.(*types.ConverseOutputMemberMessage).Value
	use := message.Content[0].(*types.ContentBlockMemberToolUse).Value
	out.ToolStop, out.ToolName = string(called.StopReason), *use.Name
	check(use.Input.UnmarshalSmithyDocument(&out.ToolInput))
	sunny := &types.ToolResultContentBlockMemberText{Value: "Sunny, 21 degrees."}
	answer := types.Message{
		Role: types.ConversationRoleUser,
		Content: []types.ContentBlock{&types.ContentBlockMemberToolResult{
			Value: types.ToolResultBlock{
				ToolUseId: use.ToolUseId,
				Content:   []types.ToolResultContentBlock{sunny},
			},
		}},
	}
	reply, err := client.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId: aws.String(modelID), Messages: append(question(), message, answer),
		ToolConfig: tools(nil), InferenceConfig: inference(),
	})
	check(err)
	out.ToolAnswer = textOf(reply.Output)
}

func streamTool(ctx context.Context, client *bedrockruntime.Client, modelID string, out *result) {
	reply, err := client.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{
		ModelId: aws.String(modelID), Messages: question(), ToolConfig: tools(forced()),
	})
	check(err)
	stream := reply.GetStream()
	defer stream.Close()
	for event := range stream.Events() {
		if delta, is := event.(*types.ConverseStreamOutputMemberContentBlockDelta); is {
			use := delta.Value.Delta.(*types.ContentBlockDeltaMemberToolUse).Value
			out.ToolPieces = append(out.ToolPieces, *use.Input)
		}
	}
	check(stream.Err())
}

// Eight goroutines share the client.
func together(ctx context.Context, client *bedrockruntime.Client, modelID string, out *result) {
	out.Together = make([]string, 8)
	var all sync.WaitGroup
	for i := range out.Together {
		all.Add(1)
		go func() {
			defer all.Done()
			reply, err := client.Converse(ctx, &bedrockruntime.ConverseInput{
				ModelId: aws.String(modelID), Messages: question(), InferenceConfig: inference(),
			})
			check(err)
			out.Together[i] = textOf(reply.Output)
		}()
	}
	all.Wait()
}

// A stream that the program leaves after its first event; the next call is served.
func leaveStream(ctx context.Context, client *bedrockruntime.Client, modelID string, out *result) {
	reply, err := client.ConverseStream(ctx, &bedrockruntime.ConverseStreamInput{
		ModelId: aws.String(modelID), Messages: question(),
	})
	check(err)
	<-reply.GetStream().Events()
	// Close may report that it interrupted the SDK's own pending read.
	_ = reply.GetStream().Close()
	_, err = client.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId: aws.String(modelID), Messages: question(), InferenceConfig: inference(),
	})
	check(err)
	out.AfterLeftCall = true
}

func unknownModel(ctx context.Context, client *bedrockruntime.Client, out *result) {
	_, err := client.Converse(ctx, &bedrockruntime.ConverseInput{
		ModelId: aws.String("no.such-model"), Messages: question(),
	})
	var failure smithy.APIError
	if errors.As(err, &failure) {
		out.ErrorCode, out.ErrorMessage = failure.ErrorCode(), failure.ErrorMessage()
	}
	var validation *types.ValidationException
	out.IsValidation = errors.As(err, &validation)
}
