import t from 'tap';
import { unitContract } from '../contract/unit-contract.ts';
import { UnitDouble } from './unit-double.ts';

t.test('the double keeps the contract of the real one', async (t) => {
  const units = new UnitDouble();
  unitContract(t, { units, put: (name, behaviour) => units.put(name, behaviour) });
});
