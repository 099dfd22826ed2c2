// Switches on GOV.UK Frontend's components. No page needs it: each works without JavaScript.
import { initAll } from './govuk/govuk.js';

document.body.classList.add('js-enabled', 'govuk-frontend-supported');
initAll();
