// Loads the modules of static/teach/ once, which show and update the component. See page.js there.
export default async function (component) {
  const app = location.pathname.replace(/\/(teach\/*)?$/, "/"); // the address of the app, also below a base path
  const { show } = await import(`${location.origin}${app}app/static/teach/${component.data.version}/page.js`);
  return show(component);
}
