//! Code compiled a second time for the wide vectors and bit instructions of newer processors.

/// Gives what `work` gives, run as code for AVX2 and BMI2 where the processor has them. Only what the compiler puts
/// inline into `work` is compiled again: mark it `#[inline(always)]`.
#[inline]
pub(crate) fn wide<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
    {
        #[target_feature(enable = "avx2,bmi1,bmi2")]
        fn with_avx2<R>(work: impl FnOnce() -> R) -> R {
            work()
        }
        // SAFETY: the processor has what the function is compiled for.
        #[allow(
            unsafe_code,
            reason = "the compiler cannot know what the processor has"
        )]
        return unsafe { with_avx2(work) };
    }
    work()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_gives_what_the_work_gives() {
        let levels: Vec<f32> = (0..1000).map(|level| level as f32 / 7.0).collect();
        let sum = || levels.iter().map(|level| level * level).sum::<f32>();
        assert_eq!(wide(sum), sum());
    }
}
