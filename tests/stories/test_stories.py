from tests.stories.town import *
import time
def test_smoke(town):
    t=time.time()
    for base in town.bases.values():
        for _ in range(3): base.shop.new_order()
    def lap(name):
        nonlocal t
        print(name, round(time.time()-t,3)); t=time.time()
    for c in town.bases:
        r = town.exchange(c); print(r); lap(c)
    town.read_packages(); lap("read")
    town.drain(); lap("drain")
    print(town.deliver_events()); lap("events")
    town.drain(); lap("drain2")
    town.settle(); lap("settle")
    town.settle(); lap("settle2")
    wipe(); lap("wipe")
    print(town.portal.calls()["counters"])
