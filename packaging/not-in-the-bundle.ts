/** In place of packages, in the bundle, that a library of the endpoint has for uses which the endpoint makes not. */
throw new Error('a part that the bundle leaves out was asked for');
