#include "protocol/router.hpp"

#include <fmt/format.h>

#include <array>
#include <map>
#include <memory>
#include <vector>

#include "api/operations.hpp"
#include "base/api_error.hpp"
#include "base/arn.hpp"
#include "base/bytes.hpp"

namespace bedplate::protocol {
namespace {

// The deepest pattern has 9 segments; a longer path cannot match.
constexpr std::size_t kSegmentsMax = 16;

struct Segments {
  std::array<std::string_view, kSegmentsMax> items;
  std::size_t size = 0;
};

// Splits "/a/b/" into "a", "b", "". Nothing when the path is not absolute or too deep.
std::optional<Segments> split(std::string_view path) {
  Segments segments;
  if (path.empty() || path[0] != '/') return std::nullopt;
  path.remove_prefix(1);
  while (true) {
    if (segments.size == kSegmentsMax) return std::nullopt;
    const std::size_t slash = path.find('/');
    segments.items[segments.size++] = path.substr(0, slash);
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

// One step of the tree that all patterns make: the operations that end here, and where a literal
// or a label leads.
struct Node {
  std::map<std::string_view, std::unique_ptr<Node>> literals;
  std::unique_ptr<Node> label;
  std::vector<const OperationDescriptor*> operations;
};

bool is_label(std::string_view segment) {
  return segment.starts_with('{');
}

Node build_tree() {
  Node root;
  for (const OperationDescriptor& operation : api::kOperations) {
    if (operation.service->protocol != Protocol::kRestJson) continue;
    Node* node = &root;
    const Segments segments = split(operation.path).value();
    for (std::size_t i = 0; i < segments.size; ++i) {
      const std::string_view segment = segments.items[i];
      std::unique_ptr<Node>& next = is_label(segment) ? node->label : node->literals[segment];
      if (!next) next = std::make_unique<Node>();
      node = next.get();
    }
    node->operations.push_back(&operation);
  }
  return root;
}

const Node& tree() {
  static const Node root = build_tree();
  return root;
}

// Collects the end nodes that the path matches, the most literal first.
void match(const Node& node, const Segments& segments, std::size_t at,
           std::vector<const Node*>& found) {
  if (at == segments.size) {
    if (!node.operations.empty()) found.push_back(&node);
    return;
  }
  const auto literal = node.literals.find(segments.items[at]);
  if (literal != node.literals.end()) match(*literal->second, segments, at + 1, found);
  if (node.label && !segments.items[at].empty()) match(*node.label, segments, at + 1, found);
}

std::vector<const Node*> match_path(const Segments& segments) {
  std::vector<const Node*> found;
  match(tree(), segments, 0, found);
  return found;
}

// The same path with its slash at the end taken away or added.
std::optional<Segments> with_other_ending(Segments segments) {
  if (segments.items[segments.size - 1].empty()) {
    if (segments.size == 1) return std::nullopt;
    --segments.size;
    return segments;
  }
  if (segments.size == kSegmentsMax) return std::nullopt;
  segments.items[segments.size++] = {};
  return segments;
}

std::string decode_label(std::string_view text) {
  auto decoded = uri_decode(text);
  if (!decoded || !is_valid_utf8(*decoded)) {
    throw errors::serialization("The path is not percent-encoded UTF-8");
  }
  return *std::move(decoded);
}

PathLabels labels_of(const OperationDescriptor& operation, const Segments& segments) {
  PathLabels labels;
  const Segments pattern = split(operation.path).value();
  for (std::size_t i = 0; i < pattern.size; ++i) {
    const std::string_view name = pattern.items[i];
    if (!is_label(name)) continue;
    labels.push_back({name.substr(1, name.size() - 2), decode_label(segments.items[i])});
  }
  return labels;
}

// Of two services' operations on one path, the one whose resources the label names.
const OperationDescriptor* choose(const std::vector<const OperationDescriptor*>& candidates,
                                  const Segments& segments) {
  if (candidates.size() == 1) return candidates[0];
  for (const api::SharedPath& shared : api::kSharedPaths) {
    if (shared.path != candidates[0]->path) continue;
    Service wanted = shared.otherwise;
    for (const PathLabel& label : labels_of(*candidates[0], segments)) {
      if (label.name != shared.label) continue;
      const auto arn = parse_arn(label.value);
      if (arn && arn->resource_type() == shared.resource_type) wanted = shared.service;
    }
    for (const OperationDescriptor* candidate : candidates) {
      if (candidate->service->service == wanted) return candidate;
    }
  }
  return candidates[0];  // unreachable: tools/apigen refuses clashes without a rule
}

std::string allowed_methods(const std::vector<const Node*>& nodes) {
  std::set<std::string_view> methods;
  for (const Node* node : nodes) {
    for (const OperationDescriptor* operation : node->operations) methods.insert(operation->method);
  }
  return fmt::format("{}", fmt::join(methods, ", "));
}

std::optional<Route> find(std::string_view method, const Segments& segments,
                          const std::vector<const Node*>& nodes) {
  for (const Node* node : nodes) {
    std::vector<const OperationDescriptor*> candidates;
    for (const OperationDescriptor* operation : node->operations) {
      if (operation->method == method) candidates.push_back(operation);
    }
    if (candidates.empty()) continue;
    const OperationDescriptor* operation = choose(candidates, segments);
    return Route{operation, labels_of(*operation, segments)};
  }
  return std::nullopt;
}

}  // namespace

Route route(std::string_view method, std::string_view target) {
  const auto segments = split(target.substr(0, target.find('?')));
  if (!segments) throw errors::unknown_operation();
  std::vector<const Node*> known = match_path(*segments);
  if (auto found = find(method, *segments, known)) return *std::move(found);
  if (const auto other = with_other_ending(*segments)) {
    const std::vector<const Node*> nodes = match_path(*other);
    if (auto found = find(method, *other, nodes)) return *std::move(found);
    known.insert(known.end(), nodes.begin(), nodes.end());
  }
  if (known.empty()) throw errors::unknown_operation();
  throw errors::method_not_allowed(allowed_methods(known));
}

}  // namespace bedplate::protocol
