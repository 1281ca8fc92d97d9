#include <algorithm>
#include <array>

#include "protocol/test_shapes.hpp"

// The tables of test_shapes.hpp.
namespace bedplate::protocol::test {
namespace {

constexpr Shape kText{.kind = Kind::kString, .name = "Text"};
constexpr Shape kSecret{.kind = Kind::kString,
                        .name = "Secret",
                        .sensitive = true,
                        .range = {.min = 1, .max = 3, .min_text = "1", .max_text = "3"}};
constexpr Shape kBool{.kind = Kind::kBoolean, .name = "Bool"};
constexpr Shape kInt{.kind = Kind::kInteger, .name = "Int"};
constexpr Shape kCount{.kind = Kind::kInteger,
                       .name = "Count",
                       .range = {.min = 1, .max = 10, .min_text = "1", .max_text = "10"}};
constexpr Shape kLong{.kind = Kind::kLong, .name = "Long"};
constexpr Shape kFraction{.kind = Kind::kFloat,
                          .name = "Fraction",
                          .range = {.min = 0, .max = 1, .min_text = "0", .max_text = "1"}};
constexpr Shape kReal{.kind = Kind::kDouble, .name = "Real"};
constexpr Shape kTime{.kind = Kind::kTimestamp, .name = "Time"};
constexpr Shape kDocument{.kind = Kind::kDocument, .name = "Document"};
constexpr Shape kBytes{.kind = Kind::kBlob, .name = "Bytes", .range = {.max = 4, .max_text = "4"}};
constexpr Shape kName{.kind = Kind::kString,
                      .name = "Name",
                      .range = {.min = 1, .max = 5, .min_text = "1", .max_text = "5"},
                      .pattern = "[a-z]+"};
constexpr std::string_view kColors[] = {"red", "green"};
constexpr Shape kColor{.kind = Kind::kString, .name = "Color", .enum_values = kColors};
constexpr Shape kTask{.kind = Kind::kString, .name = "Task", .open = true, .enum_values = kColors};
constexpr Shape kTexts{
    .kind = Kind::kList, .name = "Texts", .element = &kText, .list = &kListOps<std::string>};
constexpr Shape kWords{.kind = Kind::kList,
                       .name = "Words",
                       .range = {.max = 3, .max_text = "3"},
                       .element = &kName,
                       .list = &kListOps<std::string>};
constexpr Shape kLeaves{.kind = Kind::kList,
                        .name = "Leaves",
                        .range = {.min = 1, .min_text = "1"},
                        .element = &shapes::Leaf,
                        .list = &kListOps<Leaf>};
constexpr Shape kLabels{.kind = Kind::kMap,
                        .name = "Labels",
                        .element = &kName,
                        .key = &kName,
                        .map = &kMapOps<std::string>};
constexpr Shape kByName{.kind = Kind::kMap,
                        .name = "ByName",
                        .element = &shapes::Leaf,
                        .key = &kText,
                        .map = &kMapOps<Leaf>};
constexpr Shape kChoices{
    .kind = Kind::kList, .name = "Choices", .element = &shapes::Choice, .list = &kListOps<Choice>};

template <std::size_t kSize>
consteval std::array<std::uint16_t, kSize> by_name(const Field (&fields)[kSize]) {
  std::array<std::uint16_t, kSize> order;
  for (std::size_t i = 0; i < kSize; ++i) order[i] = std::uint16_t(i);
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return fields[a].name < fields[b].name; });
  return order;
}

template <class T>
constexpr const OptionalOps* kOptional = &kOptionalOps<std::optional<T>>;

constexpr Field kLeafFields[] = {
    {"name", "name", &kText, offsetof(Leaf, name), nullptr, Location::kBody, true},
    {"count", "count", &kCount, offsetof(Leaf, count), kOptional<std::int32_t>},
    {"secret", "secret", &kSecret, offsetof(Leaf, secret), kOptional<std::string>},
};
constexpr auto kLeafSorted = by_name(kLeafFields);

constexpr Shape kHiddenLeaf{.kind = Kind::kStructure,
                            .name = "HiddenLeaf",
                            .sensitive = true,
                            .fields = kLeafFields,
                            .fields_sorted = kLeafSorted};

constexpr Field kChoiceFields[] = {
    {"text", "text", &kText, offsetof(Choice, text), kOptional<std::string>},
    {"leaf", "leaf", &shapes::Leaf, offsetof(Choice, leaf), &kOptionalOps<Box<Leaf>>},
    {"tags", "tags", &kTexts, offsetof(Choice, tags), kOptional<std::vector<std::string>>},
};
constexpr auto kChoiceSorted = by_name(kChoiceFields);

#define AT(member) offsetof(Everything, member)
constexpr Field kEverythingFields[] = {
    {"id", "id", &kName, AT(id), nullptr, Location::kLabel, true},
    {"filter", "filter", &kText, AT(filter), kOptional<std::string>, Location::kQuery},
    {"keys", "key", &kTexts, AT(keys), kOptional<std::vector<std::string>>, Location::kQuery},
    {"force", "force", &kBool, AT(force), kOptional<bool>, Location::kQuery},
    {"after", "after", &kTime, AT(after), kOptional<Timestamp>, Location::kQuery},
    {"maxResults", "maxResults", &kCount, AT(maxResults), kOptional<std::int32_t>,
     Location::kQuery},
    {"trace", "X-Trace", &kColor, AT(trace), kOptional<std::string>, Location::kHeader},
    {"depth", "X-Depth", &kInt, AT(depth), kOptional<std::int32_t>, Location::kHeader},
    {"name", "name", &kName, AT(name), nullptr, Location::kBody, true},
    {"flag", "flag", &kBool, AT(flag), kOptional<bool>},
    {"integer", "integer", &kInt, AT(integer), kOptional<std::int32_t>},
    {"big", "big", &kLong, AT(big), kOptional<std::int64_t>},
    {"fraction", "fraction", &kFraction, AT(fraction), kOptional<float>},
    {"real", "real", &kReal, AT(real), kOptional<double>},
    {"bytes", "bytes", &kBytes, AT(bytes), kOptional<Blob>},
    {"time", "time", &kTime, AT(time), kOptional<Timestamp>},
    {"document", "document", &kDocument, AT(document), kOptional<boost::json::value>},
    {"color", "color", &kColor, AT(color), kOptional<std::string>},
    {"task", "task", &kTask, AT(task), kOptional<std::string>},
    {"words", "words", &kWords, AT(words), kOptional<std::vector<std::string>>},
    {"leaves", "leaves", &kLeaves, AT(leaves), kOptional<std::vector<Leaf>>},
    {"labels", "labels", &kLabels, AT(labels), &kOptionalOps<decltype(Everything::labels)>},
    {"byName", "byName", &kByName, AT(byName), &kOptionalOps<decltype(Everything::byName)>},
    {"choices", "choices", &kChoices, AT(choices), kOptional<std::vector<Choice>>},
    {"hidden", "hidden", &kHiddenLeaf, AT(hidden), kOptional<Leaf>},
};
#undef AT
constexpr auto kEverythingSorted = by_name(kEverythingFields);

constexpr Field kBlobBodyFields[] = {
    {"body", "body", &kBytes, offsetof(BlobBody, body), kOptional<Blob>, Location::kPayload},
    {"contentType", "Content-Type", &kText, offsetof(BlobBody, contentType), kOptional<std::string>,
     Location::kHeader},
    {"tier", "X-Tier", &kText, offsetof(BlobBody, tier), kOptional<std::string>, Location::kHeader},
};
constexpr auto kBlobBodySorted = by_name(kBlobBodyFields);

constexpr Field kStructBodyFields[] = {
    {"token", "x-token", &kText, offsetof(StructBody, token), kOptional<std::string>,
     Location::kHeader},
    {"source", "source", &shapes::Leaf, offsetof(StructBody, source), nullptr, Location::kPayload,
     true},
};
constexpr auto kStructBodySorted = by_name(kStructBodyFields);

constexpr ErrorDescriptor kErrors[] = {{"ConflictException", 409}};
constexpr ServiceDescriptor kService{Service::kAgent, "agent", "bedrock-agent", kErrors};

}  // namespace

constinit const Shape shapes::Leaf{
    .kind = Kind::kStructure, .name = "Leaf", .fields = kLeafFields, .fields_sorted = kLeafSorted};
constinit const Shape shapes::Choice{.kind = Kind::kUnion,
                                     .name = "Choice",
                                     .fields = kChoiceFields,
                                     .fields_sorted = kChoiceSorted};
constinit const Shape shapes::Everything{.kind = Kind::kStructure,
                                         .name = "Everything",
                                         .fields = kEverythingFields,
                                         .fields_sorted = kEverythingSorted,
                                         .has_body_fields = true};
constinit const Shape shapes::BlobBody{.kind = Kind::kStructure,
                                       .name = "BlobBody",
                                       .fields = kBlobBodyFields,
                                       .fields_sorted = kBlobBodySorted,
                                       .payload = &kBlobBodyFields[0]};
constinit const Shape shapes::StructBody{.kind = Kind::kStructure,
                                         .name = "StructBody",
                                         .fields = kStructBodyFields,
                                         .fields_sorted = kStructBodySorted,
                                         .payload = &kStructBodyFields[1]};
constinit const Shape shapes::Empty{.kind = Kind::kStructure, .name = "Empty"};

constinit const OperationDescriptor kDoEverything{&kService,
                                                  "DoEverything",
                                                  "PUT",
                                                  "/things/{id}",
                                                  202,
                                                  "bedrock:DoEverything",
                                                  StreamKind::kNone,
                                                  true,
                                                  &shapes::Everything,
                                                  &shapes::Everything};
constinit const OperationDescriptor kDoBlob{
    &kService,        "DoBlob",          "POST", "/blob",           200,
    "bedrock:DoBlob", StreamKind::kNone, true,   &shapes::BlobBody, &shapes::BlobBody};
constinit const OperationDescriptor kDoStruct{
    &kService,          "DoStruct",        "POST", "/struct",           200,
    "bedrock:DoStruct", StreamKind::kNone, true,   &shapes::StructBody, &shapes::StructBody};
constinit const OperationDescriptor kDoDelete{
    &kService,          "DoDelete",        "DELETE", "/struct",      204,
    "bedrock:DoDelete", StreamKind::kNone, true,     &shapes::Empty, &shapes::Empty};

}  // namespace bedplate::protocol::test
