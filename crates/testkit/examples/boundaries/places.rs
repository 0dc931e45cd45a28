//! What can be changed in a source file: each comparison, end of a range, `min` or `max`, and number, by one step.

use std::ops::Range;

use proc_macro2::{Spacing, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, BinOp, Expr, Lit, Macro, Meta, Pat, RangeLimits, Token};

/// One change of one place.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// The bytes that are replaced.
    pub(crate) at: Range<usize>,
    /// What they become.
    pub(crate) text: String,
    /// Where the place is evaluated while the program runs: an expression, and what it becomes. Both are built side by side.
    pub(crate) beside: Option<(Range<usize>, String)>,
}

/// What is found in a file.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) changes: Vec<Change>,
    /// Modules in files of their own that are built for tests alone.
    pub(crate) test_modules: Vec<String>,
}

/// Every change of `source`, tests left out.
pub(crate) fn places(source: &str) -> Result<Found, syn::Error> {
    let file = syn::parse_file(source)?;
    let mut finder = Finder { source, found: Found::default(), constants: 0 };
    finder.visit_file(&file);
    Ok(finder.found)
}

struct Finder<'a> {
    source: &'a str,
    found: Found,
    /// How many constants, patterns, types and functions that may be evaluated by the compiler are around.
    constants: usize,
}

impl Finder<'_> {
    fn text(&self, at: Range<usize>) -> &str {
        self.source.get(at).unwrap_or_default()
    }

    /// A change of a part of an expression.
    fn change(&mut self, at: Range<usize>, text: impl Into<String>, whole: Range<usize>) {
        let text = text.into();
        let changed = format!("{}{text}{}", self.text(whole.start..at.start), self.text(at.end..whole.end));
        self.push(at, text, Some((whole, changed)));
    }

    fn push(&mut self, at: Range<usize>, text: impl Into<String>, beside: Option<(Range<usize>, String)>) {
        self.found.changes.push(Change { at, text: text.into(), beside: beside.filter(|_| self.constants == 0) });
    }

    fn constant(&mut self, visit: impl FnOnce(&mut Self)) {
        self.constants += 1;
        visit(self);
        self.constants -= 1;
    }

    fn number(&mut self, lit: &Lit) {
        let Lit::Int(number) = lit else { return };
        let Ok(value) = number.base10_parse::<u128>() else { return };
        let at = lit.span().byte_range();
        for value in [value.checked_add(1), value.checked_sub(1)].into_iter().flatten() {
            self.change(at.clone(), format!("{value}{}", number.suffix()), at.clone());
        }
    }

    fn limits(&mut self, limits: RangeLimits, end: Option<&Expr>) {
        // A number at the end is changed itself.
        let Some(end) = end.filter(|end| !matches!(end, Expr::Lit(lit) if matches!(lit.lit, Lit::Int(_)))) else {
            return;
        };
        let (dots, text, step) = match limits {
            RangeLimits::HalfOpen(dots) => (dots.span(), "..=", "+ 1"),
            RangeLimits::Closed(dots) => (dots.span(), "..", "- 1"),
        };
        // Both kinds of range are of different types; the end that is a step away is of the same.
        let end = end.span().byte_range();
        let changed = format!("({}) {step}", self.text(end.clone()));
        self.push(dots.byte_range(), text, Some((end, changed)));
    }

    /// A macro's tokens that are no expressions: ends of ranges, and comparisons, which `rustfmt` puts between blanks.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        for (number, token) in tokens.iter().enumerate() {
            let is = |at: usize, sign: char, spacing: Spacing| matches!(tokens.get(at), Some(TokenTree::Punct(found)) if found.as_char() == sign && found.spacing() == spacing);
            let at = token.span().byte_range();
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Punct(sign) if matches!(sign.as_char(), '<' | '>') => {
                    let or_equal = sign.spacing() == Spacing::Joint && is(number + 1, '=', Spacing::Alone);
                    let end = at.end + usize::from(or_equal);
                    let between = |at: usize| self.source.as_bytes().get(at) == Some(&b' ');
                    if (sign.spacing() == Spacing::Alone || or_equal)
                        && between(at.start.wrapping_sub(1))
                        && between(end)
                    {
                        let text = if or_equal { sign.to_string() } else { format!("{sign}=") };
                        self.push(at.start..end, text, None);
                    }
                }
                TokenTree::Punct(_)
                    if is(number, '.', Spacing::Joint)
                        && is(number + 1, '.', Spacing::Alone)
                        && tokens.get(number + 2).is_some_and(|end| !matches!(end, TokenTree::Punct(_))) =>
                {
                    self.push(at.start..at.start + 2, "..=", None);
                }
                TokenTree::Punct(_)
                    if is(number, '.', Spacing::Joint)
                        && is(number + 1, '.', Spacing::Joint)
                        && is(number + 2, '=', Spacing::Alone) =>
                {
                    self.push(at.start..at.start + 3, "..", None);
                }
                _ => {}
            }
        }
    }
}

/// Whether an item is built for tests alone.
fn is_of_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => attribute.path().is_ident("test"),
    })
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_of_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        } else if module.content.is_none() {
            self.found.test_modules.push(module.ident.to_string());
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant(|finder| visit::visit_item_const(finder, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant(|finder| visit::visit_item_static(finder, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.constant(|finder| visit::visit_impl_item_const(finder, item));
    }

    fn visit_trait_item_const(&mut self, item: &'ast syn::TraitItemConst) {
        self.constant(|finder| visit::visit_trait_item_const(finder, item));
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        match (is_of_tests(&item.attrs), item.sig.constness) {
            (true, _) => {}
            (_, Some(_)) => self.constant(|finder| visit::visit_item_fn(finder, item)),
            (_, None) => visit::visit_item_fn(self, item),
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        match item.sig.constness {
            Some(_) => self.constant(|finder| visit::visit_impl_item_fn(finder, item)),
            None => visit::visit_impl_item_fn(self, item),
        }
    }

    fn visit_expr_const(&mut self, item: &'ast syn::ExprConst) {
        self.constant(|finder| visit::visit_expr_const(finder, item));
    }

    fn visit_expr_repeat(&mut self, item: &'ast syn::ExprRepeat) {
        self.visit_expr(&item.expr);
        self.constant(|finder| finder.visit_expr(&item.len));
    }

    fn visit_type(&mut self, item: &'ast syn::Type) {
        self.constant(|finder| visit::visit_type(finder, item));
    }

    fn visit_generic_argument(&mut self, item: &'ast syn::GenericArgument) {
        self.constant(|finder| visit::visit_generic_argument(finder, item));
    }

    fn visit_variant(&mut self, item: &'ast syn::Variant) {
        self.constant(|finder| visit::visit_variant(finder, item));
    }

    fn visit_pat(&mut self, pattern: &'ast Pat) {
        self.constant(|finder| visit::visit_pat(finder, pattern));
    }

    fn visit_expr_range(&mut self, range: &'ast syn::ExprRange) {
        self.limits(range.limits, range.end.as_deref());
        visit::visit_expr_range(self, range);
    }

    fn visit_expr_lit(&mut self, item: &'ast syn::ExprLit) {
        self.number(&item.lit);
    }

    fn visit_expr_binary(&mut self, item: &'ast syn::ExprBinary) {
        let text = match item.op {
            BinOp::Lt(_) => "<=",
            BinOp::Le(_) => "<",
            BinOp::Gt(_) => ">=",
            BinOp::Ge(_) => ">",
            _ => "",
        };
        if !text.is_empty() {
            self.change(item.op.span().byte_range(), text, item.span().byte_range());
        }
        visit::visit_expr_binary(self, item);
    }

    fn visit_expr_method_call(&mut self, item: &'ast syn::ExprMethodCall) {
        if let Some(other) = [("min", "max"), ("max", "min")].iter().find(|(name, _)| item.method == name) {
            self.change(item.method.span().byte_range(), other.1, item.span().byte_range());
        }
        visit::visit_expr_method_call(self, item);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        let expressions = Punctuated::<Expr, Token![,]>::parse_terminated;
        let matched = |input: ParseStream<'_>| {
            let expression: Expr = input.parse()?;
            input.parse::<Token![,]>()?;
            let pattern = Pat::parse_multi_with_leading_vert(input)?;
            let guard =
                if input.parse::<Option<Token![if]>>()?.is_some() { Some(input.parse::<Expr>()?) } else { None };
            input.parse::<Option<Token![,]>>()?;
            Ok((expression, pattern, guard))
        };
        // What a macro holds is parsed here, and lives no longer.
        if let Ok((expression, pattern, guard)) = matched.parse2(item.tokens.clone()) {
            self.visit_expr(&expression);
            self.visit_pat(&pattern);
            guard.iter().for_each(|guard| self.visit_expr(guard));
        } else if let Ok(expressions) = expressions.parse2(item.tokens.clone()) {
            expressions.iter().for_each(|expression| self.visit_expr(expression));
        } else {
            self.tokens(item.tokens.clone());
        }
    }
}
