#include "operations/doors/door_router.hpp"

#include <gtest/gtest.h>

#include "api/operations.hpp"

namespace bedplate::operations {
namespace {

// Doors are looked for before the operations: none of their paths may be an operation's.
TEST(DoorRouter, HidesNoOperation) {
  for (const protocol::OperationDescriptor& operation : api::kOperations) {
    EXPECT_EQ(door_at(operation.path), nullptr) << operation.path;
  }
}

TEST(DoorRouter, FindsTheDoorOfAPath) {
  for (const char* path : {"/v1", "/v1/models", "/v1/anything/else", "/openai", "/openai/v1/x"}) {
    EXPECT_EQ(door_at(path), &openai_door()) << path;
  }
  for (const char* path : {"/v1/messages", "/v1/messages/count_tokens", "/anthropic/v1/messages"}) {
    EXPECT_EQ(door_at(path), &anthropic_door()) << path;
  }
  for (const char* path : {"", "/", "/v", "/v1x", "/v2/models", "/openaix", "/model/x/converse"}) {
    EXPECT_EQ(door_at(path), nullptr) << path;
  }
}

TEST(DoorRouter, TakesAModelsIdFromThePath) {
  wire::Headers headers;
  EXPECT_EQ(route_at_door("GET", "/v1/models/a.b-v1:0", headers).model_id, "a.b-v1:0");
  EXPECT_EQ(route_at_door("GET", "/v1/models/a.b-v1%3A0/", headers).model_id, "a.b-v1:0");
  EXPECT_EQ(route_at_door("GET", "/openai/v1/models/arn:x/y", headers).model_id, "arn:x/y");
  EXPECT_EQ(route_at_door("GET", "/v1/models/", headers).model_id, "");
  EXPECT_EQ(route_at_door("GET", "/v1/models/", headers).answer, answer_list_models);
}

int status_of(const char* method, const char* path, wire::Headers& headers) {
  try {
    route_at_door(method, path, headers);
  } catch (const ApiError& error) {
    return error.http_status;
  }
  return 200;
}

TEST(DoorRouter, RefusesUnknownPathsAndMethods) {
  wire::Headers headers;
  EXPECT_EQ(status_of("POST", "/v1/nothing", headers), 404);
  EXPECT_EQ(status_of("POST", "/v1//models", headers), 404);
  EXPECT_EQ(headers.size(), 0u);
  EXPECT_EQ(status_of("GET", "/v1/chat/completions", headers), 405);
  EXPECT_EQ(headers.get("allow"), "POST");
  EXPECT_EQ(status_of("GET", "/v1/models/%ff", headers), 400);
  EXPECT_EQ(status_of("GET", "/v1/models/%4", headers), 400);
}

}  // namespace
}  // namespace bedplate::operations
