// POST /v1/embeddings. The route, its identity and its errors are here; the embedding engines are
// not yet: this is the place where they go.
#include "operations/doors/door_router.hpp"

namespace bedplate::operations {

Task<> answer_embeddings(wire::Request&, std::string, Context&, wire::ResponseWriter&) {
  throw errors::not_implemented("embeddings besides the AWS operations");
  co_return;
}

}  // namespace bedplate::operations
