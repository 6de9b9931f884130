use engine::{Access, CancelToken};
use serde::Serialize;

use crate::{
    arguments::{Common, Output},
    output::{print_json, text_of},
    progress_line::ProgressLine,
};

#[derive(Serialize)]
struct Document {
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    medoid: String,
    /// The medoid first.
    members: Vec<Member>,
}

#[derive(Serialize)]
struct Member {
    path: String,
    similarity: f32,
}

pub(crate) fn run(common: &Common, threshold: f32, output: Output) -> anyhow::Result<()> {
    let engine = common.open(Access::Read)?;
    let line = ProgressLine::new("comparing");
    let groups = engine.duplicates(Some(threshold), &CancelToken::default(), &|progress| {
        line.show(&progress);
    })?;
    drop(line);
    let document = Document {
        groups: groups
            .into_iter()
            .map(|group| Group {
                medoid: text_of(&group.medoid),
                members: group
                    .members
                    .into_iter()
                    .map(|member| Member {
                        path: text_of(&member.path),
                        similarity: member.similarity,
                    })
                    .collect(),
            })
            .collect(),
    };
    if output.json {
        return print_json(&document);
    }
    for group in &document.groups {
        println!("{} files like {}", group.members.len(), group.medoid);
        for member in &group.members[1..] {
            println!("  {:.4}  {}", member.similarity, member.path);
        }
    }
    println!("{} groups", document.groups.len());
    Ok(())
}
