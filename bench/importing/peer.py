"""`python peer.py URL TOKEN ACCOUNT DSN`: dlt loading the same pages into the same PostgreSQL, upserting by sale.

It runs in an environment of its own (see `__init__.py`): it knows nothing of the product. Nested lines and payments go
into tables of their own, as dlt does by itself. It prints the seconds and CPU seconds of the run, and how many sales
there are then.
"""

import json
import sys
import time
from collections.abc import Iterator

import dlt
from dlt.sources.helpers import requests

url, token, account, dsn = sys.argv[1:5]
RELATIONS = '["SaleLines","SaleLines.Item","SaleLines.Note","SalePayments","SalePayments.PaymentType"]'


@dlt.resource(name="sales", primary_key="saleID", write_disposition="merge")
def sales() -> Iterator[list[dict[str, object]]]:
    """Page after page, as `next` says."""
    session = requests.Session()
    session.headers.update({"authorization": f"Bearer {token}", "accept": "application/json"})
    address = f"{url}/API/V3/Account/{account}/Sale.json"
    params: dict[str, str] | None = {
        "shopID": "1",
        "sort": "completeTime",
        "archived": "true",
        "limit": "100",
        "load_relations": RELATIONS,
    }
    while address:
        page = session.get(address, params=params).json()
        found = page.get("Sale", [])
        yield found if isinstance(found, list) else [found]
        address, params = page["@attributes"]["next"], None


began, worked = time.perf_counter(), time.process_time()
pipeline = dlt.pipeline("bench", destination=dlt.destinations.postgres(dsn), dataset_name="peer")
pipeline.run(sales())
took, cpu = time.perf_counter() - began, time.process_time() - worked
with pipeline.sql_client() as client:
    [[number]] = client.execute_sql("SELECT count(*) FROM sales")
print(json.dumps({"seconds": took, "cpu": cpu, "sales": number}))
