import {addPart, setHidden} from "@wezer_base/parts/parts";

// Shown before the program, which does what it says (where_i_am.js): nothing moves later.
addPart(".o_wezer_where_button", (button) => {
    setHidden(button, !navigator.geolocation);
});
