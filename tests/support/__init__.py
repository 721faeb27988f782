"""What tests share: resources from the template, requests, tenants, and fakes of the outside world."""
