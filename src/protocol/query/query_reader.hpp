// Query-protocol parameters into the generated structs.
#pragma once

#include "protocol/query/parameters.hpp"
#include "protocol/schema.hpp"

namespace bedplate::protocol::query {

/// Fills `input`, a struct of `operation.input`, and checks every constraint of the model.
/// `Tags.member.1.Key` is a member of a list's element, `Map.entry.1.key` and `.value` an entry of
/// a map, an empty value alone an empty list or map. Parameters that the model does not know are
/// ignored, as AWS does; below one that it knows they are refused. Throws errors::malformed_input
/// for what cannot be read, errors::validation naming everything that breaks a constraint.
void read_input(const OperationDescriptor& operation, const Parameters& parameters, void* input);

}  // namespace bedplate::protocol::query
