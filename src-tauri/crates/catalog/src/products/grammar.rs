//! Reads the filter language: texts into words, words into conditions.

use super::filter::{FilterError, Node, Test};

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Node, FilterError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        depth: 0,
    };
    let node = parser.any()?;
    match parser.peek() {
        Token::End => Ok(node),
        _ => Err(parser.expected("\"and\", \"or\" or the end")),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A bare word: a column, a value or a keyword.
    Word(String),
    /// In single quotes: a value.
    Text(String),
    /// In double quotes: a value or a column.
    Quoted(String),
    /// In brackets: a column.
    Bracketed(String),
    Operator(&'static str),
    Open,
    Close,
    Comma,
    End,
}

/// More than anybody writes; each level takes some of the stack.
const DEEPEST: usize = 100;

const OPERATORS: [&str; 11] = ["<=", ">=", "!=", "<>", "!~", "==", "=", "<", ">", "~", "≤"];

fn tokens(text: &str) -> Result<Vec<(Token, usize)>, FilterError> {
    let characters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&character) = characters.get(at) {
        let start = at;
        let token = match character {
            _ if character.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => {
                at += 1;
                Token::Open
            }
            ')' => {
                at += 1;
                Token::Close
            }
            ',' => {
                at += 1;
                Token::Comma
            }
            '\'' => Token::Text(quoted(&characters, &mut at, '\'', "a closing '")?),
            '"' => Token::Quoted(quoted(&characters, &mut at, '"', "a closing \"")?),
            '[' => Token::Bracketed(quoted(&characters, &mut at, ']', "a closing ]")?),
            _ => {
                let rest: String = characters[at..].iter().take(2).collect();
                match OPERATORS
                    .iter()
                    .find(|operator| rest.starts_with(**operator))
                {
                    Some(operator) => {
                        at += operator.chars().count();
                        Token::Operator(operator)
                    }
                    None => {
                        let word: String = characters[at..]
                            .iter()
                            .take_while(|character| {
                                !character.is_whitespace()
                                    && !"()',\"[]=<>!~≤".contains(**character)
                            })
                            .collect();
                        if word.is_empty() {
                            return Err(FilterError::Syntax {
                                place: at + 1,
                                expected: "a column, a value or an operator",
                                found: character.to_string(),
                            });
                        }
                        at += word.chars().count();
                        Token::Word(word)
                    }
                }
            }
        };
        tokens.push((token, start));
    }
    tokens.push((Token::End, characters.len()));
    Ok(tokens)
}

/// The text between the quote at `at` and its closing one, which is written twice where it is meant itself.
fn quoted(
    characters: &[char],
    at: &mut usize,
    close: char,
    expected: &'static str,
) -> Result<String, FilterError> {
    *at += 1;
    let mut text = String::new();
    loop {
        match characters.get(*at) {
            None => {
                return Err(FilterError::Syntax {
                    place: characters.len() + 1,
                    expected,
                    found: "the end".to_owned(),
                });
            }
            Some(&character) if character == close => {
                *at += 1;
                if characters.get(*at) != Some(&close) {
                    return Ok(text);
                }
                text.push(close);
                *at += 1;
            }
            Some(&character) => {
                text.push(character);
                *at += 1;
            }
        }
    }
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn any(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.all()?];
        while self.keyword("or") {
            nodes.push(self.all()?);
        }
        Ok(one_or(nodes, Node::Any))
    }

    fn all(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.not()?];
        while self.keyword("and") {
            nodes.push(self.not()?);
        }
        Ok(one_or(nodes, Node::All))
    }

    fn not(&mut self) -> Result<Node, FilterError> {
        if self.depth == DEEPEST {
            return Err(self.expected("a filter of fewer levels"));
        }
        self.depth += 1;
        let node = if self.keyword("not") {
            Node::Not(Box::new(self.not()?))
        } else if *self.peek() == Token::Open {
            self.next += 1;
            let node = self.any()?;
            self.take(&Token::Close, "\")\"")?;
            node
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(node)
    }

    fn comparison(&mut self) -> Result<Node, FilterError> {
        let column = match self.peek() {
            Token::Word(word) | Token::Quoted(word) | Token::Bracketed(word) => word.clone(),
            _ => return Err(self.expected("a column")),
        };
        self.next += 1;
        if self.keyword("is") {
            let negated = self.keyword("not");
            if !self.keyword("empty") {
                return Err(self.expected("\"empty\""));
            }
            return Ok(Node::test(column, Test::Empty, negated));
        }
        let negated = self.keyword("not");
        if self.keyword("in") {
            self.take(&Token::Open, "\"(\"")?;
            let mut values = vec![self.value()?];
            while *self.peek() == Token::Comma {
                self.next += 1;
                values.push(self.value()?);
            }
            self.take(&Token::Close, "\",\" or \")\"")?;
            return Ok(Node::test(column, Test::Equals(values), negated));
        }
        if self.keyword("between") {
            let low = self.value()?;
            if !self.keyword("and") {
                return Err(self.expected("\"and\""));
            }
            let high = self.value()?;
            return Ok(Node::test(column, Test::Between(low, high), negated));
        }
        if negated {
            return Err(self.expected("\"in\" or \"between\""));
        }
        let Token::Operator(operator) = *self.peek() else {
            return Err(self.expected("=, !=, <, <=, >, >=, ~, !~, \"in\", \"between\" or \"is\""));
        };
        self.next += 1;
        let value = self.value()?;
        let (asked, negated) = match operator {
            "=" | "==" => (Test::Equals(vec![value]), false),
            "!=" | "<>" => (Test::Equals(vec![value]), true),
            "~" => (Test::Contains(value), false),
            "!~" => (Test::Contains(value), true),
            "<" => (Test::below(value, false), false),
            "<=" | "≤" => (Test::below(value, true), false),
            ">" => (Test::above(value, false), false),
            _ => (Test::above(value, true), false),
        };
        Ok(Node::test(column, asked, negated))
    }

    fn value(&mut self) -> Result<String, FilterError> {
        let value = match self.peek() {
            Token::Word(text) | Token::Text(text) | Token::Quoted(text) => text.clone(),
            _ => return Err(self.expected("a value")),
        };
        self.next += 1;
        Ok(value)
    }

    fn keyword(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(next) if next.eq_ignore_ascii_case(word));
        self.next += usize::from(found);
        found
    }

    fn take(&mut self, token: &Token, expected: &'static str) -> Result<(), FilterError> {
        if self.peek() != token {
            return Err(self.expected(expected));
        }
        self.next += 1;
        Ok(())
    }

    fn peek(&self) -> &Token {
        &self.tokens[self.next].0
    }

    fn expected(&self, expected: &'static str) -> FilterError {
        let (token, at) = &self.tokens[self.next];
        let found = match token {
            Token::Word(text)
            | Token::Text(text)
            | Token::Quoted(text)
            | Token::Bracketed(text) => text.clone(),
            Token::Operator(operator) => (*operator).to_owned(),
            Token::Open => "(".to_owned(),
            Token::Close => ")".to_owned(),
            Token::Comma => ",".to_owned(),
            Token::End => "the end".to_owned(),
        };
        FilterError::Syntax {
            place: at + 1,
            expected,
            found,
        }
    }
}

fn one_or(mut nodes: Vec<Node>, several: impl FnOnce(Vec<Node>) -> Node) -> Node {
    if nodes.len() > 1 {
        return several(nodes);
    }
    nodes.pop().expect("there is always one")
}
