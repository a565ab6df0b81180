/**
 * Makes mutants of TypeScript source: copies with one small mistake each, of the kind that people make.
 *
 * Guarantees: deterministic, in the order of the text; every mutant differs from the source and from the others, except
 * that two may happen to mean the same.
 * Limits: types, imports, strings, patterns and the texts of messages stay as they are, and so do numbers beyond 256, but
 * for the ends of 16 and 32 bits: tests hold such limits by their size, not to the digit.
 */
import ts from 'typescript';
import { operatorSwaps, swappedCall, swappedNumber } from './swaps.ts';

export interface Mutant {
  readonly file: string;
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** The source with the mistake. */
  readonly text: string;
  /** The lines in question, joined to one. */
  readonly before: string;
  readonly after: string;
}

/** What a place of the source is replaced by. */
interface Edit {
  readonly node: ts.Node;
  readonly replacement: string;
}

/** The first argument of these is a text for people. */
const MESSAGES = new Set(['refused', 'notUnderstood', 'beyondShell', 'Error']);
/** Properties with a text for people. */
const MESSAGE_PROPERTIES = new Set(['message', 'construct']);
/** Calls that ask their callback for a yes or a no. */
const ASKING = new Set(['some', 'every', 'filter', 'find', 'findIndex', 'findLast']);

export function mutantsOf(file: string, source: string): readonly Mutant[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2023, true);
  const found: Edit[] = [];
  const visit = (node: ts.Node): void => {
    if (isLeftAlone(node)) return;
    found.push(...editsOf(node));
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(tree, visit);
  return found
    .map((edit) => mutantFrom(tree, file, edit))
    .filter(({ text }) => text !== source)
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

function mutantFrom(tree: ts.SourceFile, file: string, { node, replacement }: Edit): Mutant {
  const source = tree.text;
  const start = node.getStart(tree);
  const from = tree.getLineAndCharacterOfPosition(start);
  const lineStart = start - from.character;
  const newline = source.indexOf('\n', node.end);
  const lineEnd = newline < 0 ? source.length : newline;
  const oneLine = (text: string): string => text.trim().replace(/\s+/g, ' ');
  return {
    file,
    line: from.line + 1,
    column: from.character + 1,
    text: source.slice(0, start) + replacement + source.slice(node.end),
    before: oneLine(source.slice(lineStart, lineEnd)),
    after: oneLine(source.slice(lineStart, start) + replacement + source.slice(node.end, lineEnd)),
  };
}

function isLeftAlone(node: ts.Node): boolean {
  if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return true;
  const { parent } = node;
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
    const called = parent.expression.getText();
    return parent.arguments?.[0] === node && MESSAGES.has(called);
  }
  return ts.isPropertyAssignment(parent) && MESSAGE_PROPERTIES.has(parent.name.getText());
}

function editsOf(node: ts.Node): readonly Edit[] {
  if (ts.isBinaryExpression(node)) return operatorEdits(node);
  if (ts.isNumericLiteral(node)) return replace(node, swappedNumber(node.getText()));
  if (node.kind === ts.SyntaxKind.TrueKeyword) return replace(node, 'false');
  if (node.kind === ts.SyntaxKind.FalseKeyword) return replace(node, 'true');
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
    return replace(node, node.operand.getText());
  if (ts.isCallExpression(node)) return callEdits(node);
  if (ts.isIfStatement(node)) {
    const branches = [node.thenStatement, node.elseStatement].filter((branch) => branch !== undefined);
    const emptied = branches.filter((branch) => !ts.isIfStatement(branch)).flatMap((b) => replace(b, '{}'));
    return [...negate(node.expression), ...emptied];
  }
  if (ts.isWhileStatement(node)) return negate(node.expression);
  if (ts.isForStatement(node)) return node.condition === undefined ? [] : negate(node.condition);
  if (ts.isConditionalExpression(node)) return negate(node.condition);
  if (ts.isExpressionStatement(node)) return hasEffect(node) && !isBranch(node) ? replace(node, ';') : [];
  if (ts.isReturnStatement(node))
    return node.expression !== undefined && answersBoolean(node) ? negate(node.expression) : [];
  return [];
}

const replace = (node: ts.Node, replacement: string | undefined): readonly Edit[] =>
  replacement === undefined ? [] : [{ node, replacement }];

/** Not where the condition is an equality, a negation or a literal: those have this mutant already. */
function negate(condition: ts.Expression): readonly Edit[] {
  let inner = condition;
  while (ts.isParenthesizedExpression(inner)) inner = inner.expression;
  if (inner.kind === ts.SyntaxKind.TrueKeyword || inner.kind === ts.SyntaxKind.FalseKeyword) return [];
  if (ts.isPrefixUnaryExpression(inner) && inner.operator === ts.SyntaxKind.ExclamationToken) return [];
  if (ts.isBinaryExpression(inner) && /^[!=]==$/.test(inner.operatorToken.getText())) return [];
  return replace(condition, `!(${condition.getText()})`);
}

function operatorEdits({ left, right, operatorToken }: ts.BinaryExpression): readonly Edit[] {
  const joinsText = [left, right].some(
    (side) => ts.isStringLiteralLike(side) || ts.isTemplateExpression(side),
  );
  return joinsText && /^\+=?$/.test(operatorToken.getText())
    ? []
    : operatorSwaps(operatorToken.getText()).flatMap((swap) => replace(operatorToken, swap));
}

function callEdits(node: ts.CallExpression): readonly Edit[] {
  const { expression, arguments: args } = node;
  if (!ts.isPropertyAccessExpression(expression)) return [];
  const [callback] = args;
  const asks = ASKING.has(expression.name.text) && callback !== undefined && ts.isArrowFunction(callback);
  const flipped = asks && !ts.isBlock(callback.body) ? negate(callback.body) : [];
  return [...replace(expression.name, swappedCall(expression.name.text)), ...flipped];
}

/** A bare call or assignment: the only statements whose loss leaves a program that compiles. */
function hasEffect({ expression }: ts.ExpressionStatement): boolean {
  if (ts.isCallExpression(expression)) return expression.expression.kind !== ts.SyntaxKind.SuperKeyword;
  if (ts.isBinaryExpression(expression)) {
    const { kind } = expression.operatorToken;
    return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
  }
  return ts.isPrefixUnaryExpression(expression) || ts.isPostfixUnaryExpression(expression);
}

/** Whether it is all there is in a branch, which is emptied anyway. */
function isBranch(node: ts.Statement): boolean {
  const { parent } = node;
  const alone = ts.isBlock(parent) && parent.statements.length === 1 ? parent.parent : parent;
  return ts.isIfStatement(alone);
}

/** Whether the function around says that it returns a boolean. */
function answersBoolean(node: ts.Node): boolean {
  const around = ts.findAncestor(node, ts.isFunctionLike);
  const type = around?.type;
  return type !== undefined && (type.kind === ts.SyntaxKind.BooleanKeyword || ts.isTypePredicateNode(type));
}
