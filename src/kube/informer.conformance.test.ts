/** The conformance of the informer on a server in memory; informer.integration.test.ts has it on the real one. */
import { informerConformance } from '../testing/kube/informer-conformance.ts';
import { MemoryCollection } from '../testing/kube/memory-collection.ts';

describe('informer on a server in memory', function () {
  this.timeout(20_000);
  const api = new MemoryCollection();
  informerConformance(() => ({
    api,
    path: '/things',
    write: (name, value, labels) => {
      api.write(name, value, labels);
      return Promise.resolve();
    },
    remove: (name) => {
      api.remove(name);
      return Promise.resolve();
    },
  }));
});
