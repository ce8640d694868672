/** In place of packages, in the bundle, that a library has for uses which the agent makes not. */
throw new Error('a part that the bundle leaves out was asked for');
