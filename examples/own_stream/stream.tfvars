# Where key, time and value are in the server's response: poller/README.md, "A stream of your own".
poller = {
  source       = "http"
  source_url   = "http://127.0.0.1:8000/orders"
  poll_seconds = 10

  mapping = {
    name  = "orders"
    items = "/orders"
    key   = "/id"
    time  = "/placed_at"
    value = "/amount"
    scale = 100 # cents: values are integers
  }
}
