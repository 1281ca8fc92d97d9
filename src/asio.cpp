// Asio's own functions, compiled here once: BOOST_ASIO_SEPARATE_COMPILATION takes them out of its
// headers, and with them a third of what a small file with coroutines costs to compile.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
