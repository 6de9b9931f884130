/** Runes everywhere; TypeScript in components is types only, so no preprocessor is needed. */
export default { compilerOptions: { runes: true } };
