import { makePython } from './environment';

/** Before the first test, so that two of them do not install the same at the same time. */
export default function setUp(): void {
  makePython((message) => console.log(message));
}
